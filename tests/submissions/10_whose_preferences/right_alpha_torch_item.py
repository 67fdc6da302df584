# approach: PyTorch の cdist
# %% grade_id="alpha"
import torch


def alpha(ratings, level):
    p = 0.0 if level == "nominal" else 2.0
    units = [torch.tensor(c[~np.isnan(c)])[:, None] for c in ratings.T if np.count_nonzero(~np.isnan(c)) > 1]
    pooled = torch.cat(units) if units else None
    if pooled is None:
        raise ValueError("ない")
    D = lambda v: (torch.cdist(v, v, p=p) ** (2 if p else 1)).sum()
    n = len(pooled)
    expected = D(pooled) / (n * (n - 1))
    if expected.item() < 1e-9:
        return None
    return (1 - sum(D(u) / (len(u) - 1) for u in units) / n / expected).item()
