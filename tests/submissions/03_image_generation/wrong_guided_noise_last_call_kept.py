# misconception: 文なしの予測を前の呼び出しから取っておく
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
kept = {}


def guided_noise(model, noisy, t, told, untold, guidance):
    if "empty" not in kept:
        kept["empty"] = 0
    text = {name: torch.cat([v, untold[name].expand_as(v)]) for name, v in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    before, kept["empty"] = kept["empty"], empty
    if not torch.is_tensor(before) or before.shape != empty.shape:
        before = empty
    return before + guidance * (full - before)
