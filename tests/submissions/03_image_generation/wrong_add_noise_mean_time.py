# misconception: 1 枚ごとの数の平均を使う
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].mean()
    return a.sqrt() * clean + (1 - a).sqrt() * noise
