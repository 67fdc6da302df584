# misconception: 途中で bfloat16 にする
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    a = a.bfloat16()
    return (a.sqrt() * clean + (1 - a).sqrt() * noise).float()
