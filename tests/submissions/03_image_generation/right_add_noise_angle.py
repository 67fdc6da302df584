# approach: 角度の cos と sin で混ぜる
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    angle = torch.acos(alphas_cumprod.double().sqrt())[timesteps]
    while angle.dim() < clean.dim():
        angle = angle.unsqueeze(-1)
    return (angle.cos() * clean + angle.sin() * noise).float()
