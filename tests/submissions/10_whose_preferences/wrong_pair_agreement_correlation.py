# misconception: 順位の相関を平均する
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
from scipy.stats import kendalltau


def pair_agreement(ratings, pairs):
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    places, points, cases = sorted({i for pair in pairs for i in pair}), 0.0, 0
    for one, other in combinations(ratings, 2):
        both = [i for i in places if not np.isnan(one[i] + other[i])]
        number = sum(i in both and j in both for i, j in pairs)
        tau = kendalltau(one[both], other[both]).statistic if number else 0
        points += number * (1 + (tau if tau == tau else 1)) / 2
        cases += number
    return (points / cases if cases else None), cases, silent
