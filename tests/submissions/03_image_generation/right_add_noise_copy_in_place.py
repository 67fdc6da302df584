# approach: 写しを作り、写しの方を書きかえる
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    x = clean.clone()
    for i in range(len(x)):
        a = float(alphas_cumprod[timesteps[i]])
        x[i] *= a**0.5
        x[i] += (1 - a) ** 0.5 * noise[i]
    return x
