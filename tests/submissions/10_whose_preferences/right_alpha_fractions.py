# approach: 分数で計算し、最後に小数にする
# %% grade_id="alpha"
from fractions import Fraction
from itertools import permutations


def alpha(ratings, level):
    def gap(x, y):
        return int(x != y) if level == "nominal" else int(x - y) ** 2

    units = [[int(x) for x in column if not np.isnan(x)] for column in ratings.T]
    units = [unit for unit in units if len(unit) != 1 and unit]
    if sum(map(len, units)) == 0:
        raise ValueError
    values = sum(units, [])
    n = len(values)
    seen = Fraction(0)
    for unit in units:
        seen += Fraction(sum(gap(x, y) for x, y in permutations(unit, 2)), len(unit) - 1)
    chance = Fraction(sum(gap(x, y) for x, y in permutations(values, 2)), n - 1)
    return float(1 - seen / chance) if chance else None
