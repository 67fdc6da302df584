# misconception: 大きすぎる k を、点の数に減らす
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(map(len, columns))
    for k in sizes:
        if k < 1:
            raise ValueError(f"{k} 個は選べません。")
    curve = []
    for k in sizes:
        same = []
        for column in columns:
            for _ in range(draws):
                chosen = generator.permutation(column)[:k]
                same.append(np.sign(np.mean(chosen)) == np.sign(np.mean(column)))
        curve.append(sum(same) / len(same))
    return curve
