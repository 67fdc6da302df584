# approach: scikit-learn の混同行列を数えるのに使う
# %% grade_id="alpha"
from sklearn.metrics import confusion_matrix


def alpha(ratings, level):
    one, other, weights, kept = [], [], [], []
    for column in ratings.T:
        unit = column[~np.isnan(column)].astype(int)
        if len(unit) < 2:
            continue
        kept.extend(unit)
        for r in range(len(unit)):
            for s in range(len(unit)):
                if r != s:
                    one.append(unit[r])
                    other.append(unit[s])
                    weights.append(1 / (len(unit) - 1))
    if not kept:
        raise ValueError("二つ以上の点がありません。")
    scale = np.arange(-4, 5)
    seen = confusion_matrix(one, other, labels=scale, sample_weight=weights)
    counts = np.array([kept.count(x) for x in scale])
    gaps = (scale[:, None] != scale) if level == "nominal" else (scale[:, None] - scale) ** 2
    chance = (np.outer(counts, counts) * gaps).sum() / (len(kept) - 1)
    return None if chance == 0 else 1 - (seen * gaps).sum() / chance
