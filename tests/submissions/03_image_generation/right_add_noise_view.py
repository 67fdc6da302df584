# approach: view で形をそろえる
# %% grade_id="add-noise"
def add_noise(clean, noise, timesteps, alphas_cumprod):
    kept = alphas_cumprod[timesteps]
    kept = kept.view(-1, *([1] * (clean.ndim - 1)))
    return kept**0.5 * clean + (1 - kept) ** 0.5 * noise
