# misconception: DDIMScheduler の add_noise を呼ぶ
# scores: add-noise-test=0
# %% grade_id="add-noise"
from diffusers import DDIMScheduler

ready = DDIMScheduler()


def add_noise(clean, noise, timesteps, alphas_cumprod):
    ready.alphas_cumprod = alphas_cumprod.clone()
    return ready.add_noise(clean, noise, timesteps)
