# approach: 値の組の表（coincidence matrix）から計算する
# %% grade_id="alpha"
def alpha(ratings, level):
    values = sorted({x for x in ratings.ravel() if x == x})
    place = {x: number for number, x in enumerate(values)}
    table = np.zeros((len(values), len(values)))
    for column in ratings.T:
        known = column[~np.isnan(column)]
        for one, other in combinations(known, 2):
            weight = 1 / (len(known) - 1)
            table[place[one], place[other]] += weight
            table[place[other], place[one]] += weight
    sizes = table.sum(axis=1)
    n = sizes.sum()
    if n == 0:
        raise ValueError("点が足りません。")
    gaps = np.subtract.outer(values, values) ** 2
    if level == "nominal":
        gaps = (gaps > 0).astype(float)
    expected = (np.outer(sizes, sizes) * gaps).sum()
    if expected == 0:
        return None
    return 1 - (n - 1) * (table * gaps).sum() / expected
