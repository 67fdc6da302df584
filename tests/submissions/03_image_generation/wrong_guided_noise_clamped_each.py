# misconception: 混ぜる前の 2 つの予測を、-3 から 3 に切る
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    both = {k: torch.cat([a, untold[k].expand_as(a)]) for k, a in told.items()}
    with torch.no_grad():
        w, o = model(torch.cat([noisy, noisy]), t, **both).sample.chunk(2)
    w, o = w.clamp(-3, 3), o.clamp(-3, 3)
    return o + guidance * (w - o)
