# misconception: 画像と雑音の係数を逆にする
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return (1 - a).sqrt() * clean + a.sqrt() * noise
