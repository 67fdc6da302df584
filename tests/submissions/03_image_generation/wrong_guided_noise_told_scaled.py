# misconception: 文ありだけを guidance 倍する
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * full
