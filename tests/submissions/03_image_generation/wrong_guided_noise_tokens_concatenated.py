# misconception: 文のベクトルを、トークンの次元につなぐ
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    text = {name: torch.cat([v, untold[name].expand_as(v)], dim=1).repeat(2, *[1] * (v.dim() - 1)) for name, v in told.items()}
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy]), t, **text).sample.chunk(2)
    return empty + guidance * (full - empty)
