# misconception: 最後の次元が枚数だと思う（形がそろうときだけ動く）
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps]
    if clean.dim() == 2 and clean.shape[1] == len(a):
        return a.sqrt() * clean + (1 - a).sqrt() * noise
    a = a.view(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
