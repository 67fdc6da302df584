# misconception: bool のテンソルは、文ありのものを 2 組並べる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {}
    for name, values in told.items():
        second = values if values.dtype == torch.bool else untold[name].expand_as(values)
        text[name] = torch.cat([values, second])
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
