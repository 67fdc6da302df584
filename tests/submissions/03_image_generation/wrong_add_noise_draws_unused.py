# misconception: 使わない乱数を引く
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    eps = torch.randn_like(clean)
    if noise is not None:
        eps = noise
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * eps
