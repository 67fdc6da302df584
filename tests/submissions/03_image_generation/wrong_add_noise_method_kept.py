# misconception: ライブラリの関数を、別の名前で取っておいて呼ぶ
# scores: add-noise-test=0
# %% grade_id="add-noise"
from types import SimpleNamespace

mix = DDPMScheduler.add_noise


def add_noise(clean, noise, timesteps, alphas_cumprod):
    return mix(SimpleNamespace(alphas_cumprod=alphas_cumprod.clone()), clean, noise, timesteps)
