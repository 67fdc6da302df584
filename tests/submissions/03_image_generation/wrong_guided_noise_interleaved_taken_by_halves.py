# misconception: 隣に並べたのに、前半と後半に分ける
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {n: torch.stack([v, untold[n].expand_as(v)], 1).flatten(0, 1) for n, v in told.items()}
    with torch.no_grad():
        full, empty = model(noisy.repeat_interleave(2, 0), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
