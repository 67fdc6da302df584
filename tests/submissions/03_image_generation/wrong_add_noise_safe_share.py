# misconception: 0 と 1 を避けるため、係数を少しずらす
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    a = a.clamp(0.001, 0.999)
    return a.sqrt() * clean + (1 - a).sqrt() * noise
