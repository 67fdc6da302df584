# approach: 勾配を切らずに計算する
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}

    full, empty = model(torch.cat([noisy, noisy], dim=0), t, **text)[0].split(len(noisy))
    return empty + (full - empty) * guidance
