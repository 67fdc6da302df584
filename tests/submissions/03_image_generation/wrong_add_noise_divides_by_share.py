# misconception: 逆向きの式（元の画像を見積もる）を書く
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return (clean - (1 - a).sqrt() * noise) / a.sqrt()
