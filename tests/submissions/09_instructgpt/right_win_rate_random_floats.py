# approach: 0 から 1 までの小数から、番号を作る
# %% grade_id="win-rate"
from collections import defaultdict


def win_rate(outcomes, starts, draws, generator):
    worth = dict(win=1, tie=0.5, loss=0)
    by_start = defaultdict(list)
    for start, outcome in zip(starts, outcomes, strict=True):
        by_start[start].append(worth[outcome])
    groups = [*by_start.values()]
    sums, sizes = np.array([sum(g) for g in groups]), np.array([len(g) for g in groups])
    chosen = np.floor(generator.random((draws, len(groups))) * len(groups)).astype(int)
    means = sums[chosen].sum(1) / sizes[chosen].sum(1)
    return float(sums.sum() / sizes.sum()), *np.percentile(means, (2.5, 97.5)).tolist()
