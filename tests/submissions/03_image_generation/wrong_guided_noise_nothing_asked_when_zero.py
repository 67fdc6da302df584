# misconception: guidance が 0 のとき、文なしだけを当てる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    if guidance == 0:
        with torch.no_grad():
            return model(noisy, t, **{name: untold[name].expand_as(v) for name, v in told.items()}).sample
    text = {name: torch.cat([values, untold[name].expand_as(values)]) for name, values in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
