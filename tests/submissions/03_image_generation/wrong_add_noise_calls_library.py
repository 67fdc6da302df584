# misconception: ライブラリの add_noise を呼ぶ
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    library = DDPMScheduler(num_train_timesteps=len(alphas_cumprod))
    library.alphas_cumprod = alphas_cumprod
    return library.add_noise(clean, noise, timesteps)
