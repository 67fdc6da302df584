# misconception: batch は 1 枚だけだと決めつける
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([v, untold[name]]) for name, v in told.items()}
    with torch.no_grad():
        out = model(torch.cat([noisy, noisy]), t, **text).sample
    return out[1:] + guidance * (out[:1] - out[1:])
