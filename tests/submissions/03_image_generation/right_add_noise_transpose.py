# approach: batch を最後の次元に移してから掛ける
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod.gather(0, timesteps)
    mixed = a.sqrt() * clean.movedim(0, -1) + (1 - a).sqrt() * noise.movedim(0, -1)
    return mixed.movedim(-1, 0)
