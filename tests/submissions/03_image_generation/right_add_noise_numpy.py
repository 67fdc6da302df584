# approach: NumPy の float64 で計算し、torch.float32 に戻す
# %% grade_id="add-noise"
import numpy as np


def add_noise(clean, noise, timesteps, alphas_cumprod):
    a = alphas_cumprod.numpy().astype("float64")[timesteps.numpy()]
    a = a.reshape((-1,) + (1,) * (clean.ndim - 1))
    return torch.from_numpy(np.sqrt(a) * clean.numpy() + np.sqrt(1 - a) * noise.numpy()).float()
