# approach: 度数表
# %% grade_id="alpha"
from collections import Counter
from math import fsum


def alpha(ratings, level):
    delta = (lambda x, y: float(x != y)) if level == "nominal" else (lambda x, y: (x - y) ** 2)

    def total(count):
        return fsum(count[x] * count[y] * delta(x, y) for x in count for y in count)

    units = [Counter(x for x in column if x == x) for column in ratings.T.tolist()]
    units = [u for u in units if sum(u.values()) >= 2]
    if len(units) == 0:
        raise ValueError
    n = sum(sum(u.values()) for u in units)
    pooled = sum(units, Counter())
    if len(pooled) == 1:
        return None
    return 1 - (n - 1) * fsum(total(u) / (sum(u.values()) - 1) for u in units) / total(pooled)
