# misconception: k 個と、残りの k 個を、対にして使う
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
            for turn in range(draws):
                if turn % 2 == 0 or 2 * k > len(column):
                    order = generator.permutation(column)
                chosen = order[:k] if turn % 2 == 0 else order[-k:]
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
