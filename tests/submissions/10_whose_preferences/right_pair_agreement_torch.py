# approach: PyTorch の行列
# %% grade_id="pair-agreement"
import torch


def pair_agreement(ratings, pairs):
    table = torch.tensor(ratings)
    points = cases = 0
    for i, j in pairs:
        v = table[:, i] - table[:, j]
        v = torch.sign(v[~v.isnan()])
        gap = torch.cdist(v[:, None], v[:, None], p=1)
        up = torch.triu(torch.ones_like(gap), 1).bool()
        points += (1 - gap[up] / 2).sum().item()
        cases += int(up.sum())
    silent = table.isnan().all(1).nonzero()[:, 0].tolist()
    return (points / cases if cases > 0 else None), cases, silent
