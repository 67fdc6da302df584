# misconception: 時刻の数は 1000 だと決めつける
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    times = timesteps * len(alphas_cumprod) // 1000
    a = alphas_cumprod[times].reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
