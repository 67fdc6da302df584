# approach: 外の名前 scheduler と generator に、別のものを入れておく
# %% grade_id="add-noise"
scheduler = "linear"
generator = noise = clean = times = kept = None


def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape([len(clean)] + [1] * (clean.dim() - 1))
    return torch.addcmul(a.sqrt() * clean, (1 - a).sqrt(), noise)
