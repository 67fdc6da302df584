# approach: itertools.product と符号
# %% grade_id="pair-agreement"
import itertools
import math


def pair_agreement(ratings, pairs):
    def verdict(row, i, j):
        return None if math.isnan(row[i]) or math.isnan(row[j]) else (row[i] > row[j]) - (row[i] < row[j])

    rows = ratings.tolist()
    values = []
    for (i, j), (a, b) in itertools.product(pairs, itertools.combinations(range(len(rows)), 2)):
        one, other = verdict(rows[a], i, j), verdict(rows[b], i, j)
        if one is not None and other is not None:
            values.append({0: 1, 1: 0.5, 2: 0}[abs(one - other)])
    silent = [r for r in range(len(rows)) if not any(x == x for x in rows[r])]
    return (sum(values) / len(values) if values else None), len(values), silent
