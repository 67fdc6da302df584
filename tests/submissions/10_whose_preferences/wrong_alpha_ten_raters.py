# misconception: 評価者を 8 人で切る
# scores: alpha-test=0
# %% grade_id="alpha"
def alpha(ratings, level):
    def total(values):
        gaps = values[:, None] - values
        return np.sum(gaps != 0 if level == "nominal" else gaps**2)

    units = [column[~np.isnan(column)][:8] for column in ratings.T]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        raise ValueError("点が 2 つ以上ある文がありません。")
    values = np.concatenate(units)
    n = len(values)
    observed = sum(total(unit) / (len(unit) - 1) for unit in units) / n
    expected = total(values) / (n * (n - 1))
    return float(1 - observed / expected) if expected > 0 else None
