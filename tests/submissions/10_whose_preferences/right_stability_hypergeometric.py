# approach: 同じ値の点の個数から、超幾何分布で選ぶ
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if [k for k in sizes if k not in range(1, fewest + 1)]:
        raise ValueError(f"1 から {fewest} まで")
    curve = []
    for k in sizes:
        hits = 0
        for column in columns:
            values, counts = np.unique(column, return_counts=True)
            sums = generator.multivariate_hypergeometric(counts, k, size=draws) @ values
            hits += int((np.sign(sums) == np.sign(column.sum())).sum())
        curve.append(hits / len(columns) / draws)
    return curve
