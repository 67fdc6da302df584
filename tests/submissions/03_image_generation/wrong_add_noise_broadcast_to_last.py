# misconception: 1 枚ごとの数を、最後の次元に掛ける（枚数と画素の数が同じなら動く）
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps]
    if clean.shape[-1] != len(a):
        a = a.reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
