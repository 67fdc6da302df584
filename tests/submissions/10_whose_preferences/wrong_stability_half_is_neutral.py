# misconception: 平均の大きさが 0.5 より小さければ、0 とする
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
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
                same.append(np.sign(np.trunc(np.mean(chosen) * 2)) == np.sign(np.trunc(np.mean(column) * 2)))
        curve.append(sum(same) / len(same))
    return curve
