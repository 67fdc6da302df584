# misconception: 初めに見た表を、長さごとに取っておく
# scores: add-noise-test=0
# %% grade_id="add-noise"
tables = {}


def add_noise(clean, noise, timesteps, alphas_cumprod):
    table = tables.setdefault(len(alphas_cumprod), alphas_cumprod.clone())
    a = table[timesteps].reshape(-1, *[1] * (clean.dim() - 1))
    return a.sqrt() * clean + (1 - a).sqrt() * noise
