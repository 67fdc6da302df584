# misconception: 全部の文をまとめたラベルと比べる
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    if any(k < 1 or k > min(map(len, columns)) for k in sizes):
        raise ValueError("k")
    label = np.sign(np.concatenate(columns).sum())
    curve = []
    for k in sizes:
        hits = [np.sign(generator.choice(column, k, replace=False).sum()) == label for column in columns for _ in range(draws)]
        curve.append(sum(hits) / len(hits))
    return curve
