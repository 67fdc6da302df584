# misconception: 前に作った scheduler の add_noise に、表を差しかえて呼ぶ
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    scheduler.alphas_cumprod = alphas_cumprod
    return scheduler.add_noise(clean, noise, timesteps)
