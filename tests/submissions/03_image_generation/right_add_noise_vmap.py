# approach: 1 枚の式を書き、torch.vmap で並べる
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    def one(x, e, a):
        return a.sqrt() * x + (1 - a).sqrt() * e

    return torch.vmap(one)(clean, noise, alphas_cumprod[timesteps])
