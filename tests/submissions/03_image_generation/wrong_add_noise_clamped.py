# misconception: 結果を -1 から 1 に切る
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return (a.sqrt() * clean + (1 - a).sqrt() * noise).clamp(-1, 1)
