# misconception: 全部の文で、同じ場所を選ぶ
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(map(len, columns))
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError("k")
    curve = []
    for k in sizes:
        same = []
        for _ in range(draws):
            keys = generator.random(len(ratings))
            for column in columns:
                chosen = column[np.argsort(keys[: len(column)])[:k]]
                same.append(np.sign(chosen.sum()) == np.sign(column.sum()))
        curve.append(float(np.mean(same)))
    return curve
