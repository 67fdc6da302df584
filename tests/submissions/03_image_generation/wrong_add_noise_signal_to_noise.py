# misconception: 係数を比で書くので、係数が 0 のときに壊れる
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return (clean + ((1 - a) / a).sqrt() * noise) * a.sqrt()
