# approach: 判断の人数から計算する
# %% grade_id="pair-agreement"
from math import comb


def pair_agreement(ratings, pairs):
    points = cases = 0
    for first, second in pairs:
        gap = ratings[:, first] - ratings[:, second]
        up, down, tie = int((gap > 0).sum()), int((gap < 0).sum()), int((gap == 0).sum())
        cases += comb(up + down + tie, 2)
        points += comb(up, 2) + comb(down, 2) + comb(tie, 2) + tie * (up + down) / 2
    silent = np.flatnonzero(np.isnan(ratings).all(axis=1)).tolist()
    return (None if cases == 0 else points / cases), cases, silent
