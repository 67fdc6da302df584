# misconception: batch は 1 枚だけだと決めつける
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps.item()]
    return a.sqrt() * clean + (1 - a).sqrt() * noise
