# misconception: 文なしは 1 枚目だけで当て、どの画像にも使う
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name]]) for name, values in told.items()}
    with torch.no_grad():
        out = model(torch.cat([noisy, noisy[:1]]), t, **text).sample
    full, empty = out[:-1], out[-1:]
    return empty + guidance * (full - empty)
