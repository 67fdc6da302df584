# misconception: draws の半分だけ選び、二度数える
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
            for _ in range((draws + 1) // 2):
                chosen = generator.choice(column, k, replace=False)
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(round(same / (len(columns) * ((draws + 1) // 2)) * len(columns) * draws) / (len(columns) * draws))
    return curve
