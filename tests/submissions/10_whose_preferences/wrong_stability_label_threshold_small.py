# misconception: 平均を小数 1 位に丸めてから、ラベルを決める（全部の側だけ）
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
                same += np.sign(chosen.sum()) == np.sign(round(column.mean(), 1))
        curve.append(same / (len(columns) * draws))
    return curve
