# approach: 次元がそろうまで unsqueeze する
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = torch.sqrt(alphas_cumprod[timesteps])
    b = torch.sqrt(1 - alphas_cumprod[timesteps])
    while a.dim() < clean.dim():
        a = a.unsqueeze(-1)
        b = b.unsqueeze(-1)
    return a * clean + b * noise
