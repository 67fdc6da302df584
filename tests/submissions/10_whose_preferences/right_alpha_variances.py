# approach: 間隔では分散、名義では個数の 2 乗から計算する
# %% grade_id="alpha"
def disagreement(values, level):
    n = len(values)
    if level == "interval":
        return 2 * n * (values**2).sum() - 2 * values.sum() ** 2
    _, counts = np.unique(values, return_counts=True)
    return n**2 - (counts**2).sum()


def alpha(ratings, level):
    usable = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    if usable.size == 0:
        raise ValueError("使える文がありません。")
    everything = usable[~np.isnan(usable)]
    n = everything.size
    expected = disagreement(everything, level) / n / (n - 1)
    if expected == 0:
        return None
    observed = 0
    for i in range(usable.shape[1]):
        unit = usable[:, i][~np.isnan(usable[:, i])]
        observed += disagreement(unit, level) / (len(unit) - 1) / n
    return float(1 - observed / expected)
