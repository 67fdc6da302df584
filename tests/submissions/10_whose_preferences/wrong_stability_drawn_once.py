# misconception: 文ごとに一度だけ選び、それを draws 回数える
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(map(len, columns))
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError("k")
    curve = []
    for k in sizes:
        same = 0
        for column in columns:
            chosen = generator.choice(column, k, replace=False)
            for _ in range(draws):
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / draws / len(columns))
    return curve
