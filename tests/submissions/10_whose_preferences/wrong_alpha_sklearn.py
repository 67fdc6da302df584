# misconception: scikit-learn のカッパを使う
# scores: alpha-test=0
# %% grade_id="alpha"
from sklearn import metrics


def alpha(ratings, level):
    one, other, weight, kept = [], [], [], []
    for column in ratings.T:
        unit = column[~np.isnan(column)].astype(int)
        if len(unit) > 1:
            kept += unit.tolist()
            for r in range(len(unit)):
                for s in range(len(unit)):
                    if r != s:
                        one.append(unit[r])
                        other.append(unit[s])
                        weight.append(1 / (len(unit) - 1))
    if not kept:
        raise ValueError("文がありません。")
    if len(set(kept)) == 1:
        return None
    scale = list(range(-4, 5))
    kappa = metrics.cohen_kappa_score(one, other, labels=scale, weights=None if level == "nominal" else "quadratic", sample_weight=weight)
    return 1 - (1 - kappa) * (len(kept) - 1) / len(kept)
