# misconception: 3 組を並べる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([v, untold[name].expand_as(v), v]) for name, v in told.items()}
    with torch.no_grad():
        full, empty, _ = model(torch.cat([noisy] * 3), t, **text).sample.chunk(3)
    return empty + guidance * (full - empty)
