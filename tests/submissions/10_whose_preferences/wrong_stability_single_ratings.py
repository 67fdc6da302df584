# misconception: 選んだ点の一つ一つのラベルを、全部のラベルと比べる
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(map(len, columns))
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError("k")
    curve = []
    for k in sizes:
        shares = []
        for column in columns:
            for _ in range(draws):
                chosen = generator.choice(column, k, replace=False)
                shares.append(np.mean(np.sign(chosen) == np.sign(column.sum())))
        curve.append(float(np.mean(shares)))
    return curve
