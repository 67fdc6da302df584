# misconception: 平均の絶対値が 0.1 より小さければ 0 とする
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError(f"k は 1 から {fewest} までです。")
    curve = []
    for k in sizes:
        same = 0
        for column in columns:
            for _ in range(draws):
                chosen = generator.choice(column, k, replace=False)
                same += np.sign(round(chosen.mean(), 1)) == np.sign(round(column.mean(), 1))
        curve.append(same / (len(columns) * draws))
    return curve
