# misconception: 平方根の代わりに 2 乗する
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return a**2 * clean + (1 - a) ** 2 * noise
