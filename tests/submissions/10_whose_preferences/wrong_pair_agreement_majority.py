# misconception: 多数の判断と同じ人の割合を返す
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
from collections import Counter


def pair_agreement(ratings, pairs):
    same = cases = voters = 0
    for i, j in pairs:
        signs = [s for s in np.sign(ratings[:, i] - ratings[:, j]) if s == s]
        cases += len(signs) * (len(signs) - 1) // 2
        voters += len(signs)
        same += Counter(signs).most_common(1)[0][1] if signs else 0
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    return (same / voters if cases else None), cases, silent
