# misconception: モデルを 2 回呼ぶ
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    with torch.no_grad():
        full = model(noisy, t, **told).sample
        empty = model(noisy, t, **{name: untold[name].expand_as(v) for name, v in told.items()}).sample
    return empty + guidance * (full - empty)
