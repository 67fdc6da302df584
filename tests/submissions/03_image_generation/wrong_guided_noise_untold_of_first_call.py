# misconception: 初めの untold を取っておく
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
kept = {}


def guided_noise(model, noisy, t, told, untold, guidance):
    for name, values in untold.items():
        kept.setdefault(name, values)
    text = {name: torch.cat([v, kept[name].expand_as(v)]) for name, v in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
