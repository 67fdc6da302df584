# approach: generator.spawn で、文ごとの発生器を作る
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError(f"k は 1 から {fewest} までです。")
    streams = generator.spawn(len(columns))
    curve = []
    for k in sizes:
        same = 0
        for column, stream in zip(columns, streams):
            for _ in range(draws):
                chosen = stream.choice(column, k, replace=False)
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
