# misconception: 2 組を channels の次元に並べる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
def guided_noise(model, noisy, t, told, untold, guidance):
    with torch.no_grad():
        full, empty = model(torch.cat([noisy, noisy], 1), t, **told).sample.chunk(2, dim=1)
    return empty + guidance * (full - empty)
