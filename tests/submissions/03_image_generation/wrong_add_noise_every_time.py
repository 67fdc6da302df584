# misconception: 全部の時刻の画像を返す
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod.reshape(-1, *[1] * clean.dim())
    return a.sqrt() * clean + (1 - a).sqrt() * noise
