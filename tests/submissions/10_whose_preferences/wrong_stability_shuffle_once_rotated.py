# misconception: 文ごとに一度並べ替え、k 個ずつ進める
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
            order = generator.permutation(column)
            for turn in range(draws):
                if turn % len(column) == 0:
                    order = generator.permutation(column)
                chosen = np.roll(order, turn)[:k]
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
