# misconception: 評価者 2 人ごとのカッパを平均する
# scores: alpha-test=0
# %% grade_id="alpha"
def kappa(x, y, level):
    gaps = (lambda s, t: (s[:, None] != t) * 1.0) if level == "nominal" else (lambda s, t: (s[:, None] - t) ** 2)
    expected = gaps(x, y).mean()
    return None if expected == 0 else 1 - np.diag(gaps(x, y)).mean() / expected


def alpha(ratings, level):
    found, cases = [], 0
    for x, y in combinations(ratings, 2):
        both = ~np.isnan(x + y)
        if both.any():
            cases += 1
            found.append(kappa(x[both], y[both], level))
    if not cases:
        raise ValueError("文がありません。")
    found = [one for one in found if one is not None]
    return float(np.mean(found)) if found else None
