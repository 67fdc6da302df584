# misconception: 表を使わず、時刻の割合を係数にする
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = 1 - timesteps.float() / len(alphas_cumprod)
    a = a.reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
