# misconception: told と untold を、辞書の並ぶ順で組にする
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    both = {k: torch.cat([a, b.expand_as(a)]) for (k, a), b in zip(told.items(), untold.values())}
    with torch.no_grad():
        w, o = model(torch.cat([noisy, noisy]), t, **both).sample.chunk(2)
    return o + guidance * (w - o)
