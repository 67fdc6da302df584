# approach: 同じ列を draws 個並べ、一度に並べ替える
# %% grade_id="stability"
def label(values, axis):
    total = values.sum(axis=axis)
    return (total > 0).astype(int) - (total < 0)


def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    if any(k < 1 or any(k > len(column) for column in columns) for k in sizes):
        raise ValueError("k が大きすぎるか、小さすぎます。")
    curve = []
    for k in sizes:
        shares = []
        for column in columns:
            tables = generator.permuted(np.tile(column, (draws, 1)), axis=1)[:, :k]
            shares.append(np.mean(label(tables, 1) == label(column, 0)))
        curve.append(float(np.mean(shares)))
    return curve
