# misconception: 文のベクトルは 3 次元だと決めつける
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([v, untold[name].repeat(len(v), 1, 1)]) for name, v in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
