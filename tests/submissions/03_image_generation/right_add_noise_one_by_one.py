# approach: 1 枚ずつ計算して stack する
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    made = []
    for picture, e, t in zip(clean, noise, timesteps):
        a = alphas_cumprod[t]
        made.append(a.sqrt() * picture + (1 - a).sqrt() * e)
    return torch.stack(made)
