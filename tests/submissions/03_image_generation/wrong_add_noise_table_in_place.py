# misconception: 表を書きかえる
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    alphas_cumprod.sqrt_()
    b = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return b * clean + (1 - a).sqrt() * noise
