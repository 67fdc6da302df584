# approach: 時刻を、画像の枚数だけ並べて渡す
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}

    with torch.inference_mode():
        out = model(torch.cat([noisy] * 2), t.repeat(2 * len(noisy)), **text).sample
    full, empty = out.view(2, *noisy.shape)
    return (empty + guidance * (full - empty)).clone()
