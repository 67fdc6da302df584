# approach: 組みこみの名前を、変数に使う
# %% grade_id="add-noise"
sum = 0
list = []
str = "x"
min = 1
max = 2


def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
