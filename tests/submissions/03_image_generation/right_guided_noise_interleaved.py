# approach: 1 枚ごとに、文ありと文なしを隣に並べる
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {}
    for name, values in told.items():
        pairs = torch.stack([values, untold[name].expand_as(values)], dim=1)
        text[name] = pairs.flatten(0, 1)
    with torch.no_grad():
        out = model(noisy.repeat_interleave(2, dim=0), t, **text).sample
    return out[1::2] + guidance * (out[::2] - out[1::2])
