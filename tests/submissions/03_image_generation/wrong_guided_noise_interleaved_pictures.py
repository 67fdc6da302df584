# misconception: 画像は隣に並べ、文は 2 組に並べる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}

    with torch.no_grad():
        full, empty = model(noisy.repeat_interleave(2, 0), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
