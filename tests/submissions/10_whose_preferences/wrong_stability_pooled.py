# misconception: 全部の文の点をまとめて、一つのラベルを調べる
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    values = ratings[~np.isnan(ratings)]
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(map(len, columns))
    for k in sizes:
        if k < 1 or k > fewest:
            raise ValueError(f"{k} 個は選べません。")
    curve = []
    for k in sizes:
        same = []
        for column in columns:
            for _ in range(draws):
                chosen = generator.choice(column, size=k, replace=False)
                same.append(np.sign(np.mean(chosen)) == np.sign(values.mean()))
        curve.append(sum(same) / len(same))
    return curve
