# misconception: 関数の中で乱数の種を決める
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    torch.manual_seed(0)
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
