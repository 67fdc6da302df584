# misconception: どの画像にも、1 枚目の時刻を使う
# scores: add-noise-test=0
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod[timesteps[0]]
    return a.sqrt() * clean + (1 - a).sqrt() * noise
