# misconception: 次元が 2 から 4 のときだけ書く
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps]
    a = {2: a[:, None], 3: a[:, None, None], 4: a[:, None, None, None]}[clean.dim()]
    return a.sqrt() * clean + (1 - a).sqrt() * noise
