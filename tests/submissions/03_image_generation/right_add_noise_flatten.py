# approach: 画素を 1 列に並べて計算し、形を戻す
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps][:, None]
    mixed = a.sqrt() * clean.flatten(1) + (1 - a).sqrt() * noise.flatten(1)
    return mixed.unflatten(1, clean.shape[1:])
