# misconception: 前の時刻との比だけで、一歩分の雑音を足す
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    before = torch.cat([torch.ones(1), alphas_cumprod])[timesteps]
    a = (alphas_cumprod[timesteps] / before).view(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
