# misconception: 2 回目は、モデルの写しで当てる
# scores: guided-noise-test=0
# %% grade_id="guided-noise"
from copy import deepcopy


def guided_noise(model, noisy, t, told, untold, guidance):
    n = len(noisy)
    text = {name: torch.cat([v, v]) for name, v in told.items()}
    nothing = {name: torch.cat([untold[name].expand_as(v)] * 2) for name, v in told.items()}
    with torch.no_grad():
        full = model(noisy.repeat(2, 1, 1, 1), t, **text).sample[:n]
        empty = deepcopy(model)(noisy.repeat(2, 1, 1, 1), t, **nothing).sample[:n]
    return empty + guidance * (full - empty)
