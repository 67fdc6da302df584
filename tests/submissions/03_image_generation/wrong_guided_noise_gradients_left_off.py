# misconception: 勾配の計算を切ったままにする
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    torch.set_grad_enabled(False)
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}
    full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
