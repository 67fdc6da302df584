# approach: einsum で 1 枚ごとの数を掛ける
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod.index_select(0, timesteps)
    return torch.einsum("b,b...->b...", a.sqrt(), clean) + torch.einsum("b,b...->b...", (1 - a).sqrt(), noise)
