# approach: 外の名前を使い回し、書きこむ入れ物を先に作る
# %% grade_id="guided-noise"
rows = guess = told = model = generator = None


def guided_noise(model, noisy, t, told, untold, guidance):
    n = len(noisy)
    text = {}
    for name, values in told.items():
        box = torch.empty((2 * n, *values.shape[1:]), dtype=values.dtype)
        box[:n], box[n:] = values, untold[name]
        text[name] = box
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    empty += guidance * (full - empty)
    return empty
