# misconception: 確率を計算し、回数に直す
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    if any(k < 1 or k > min(map(len, columns)) for k in sizes):
        raise ValueError("k")
    number = draws * len(columns)
    curve = []
    for k in sizes:
        shares = [np.mean([np.sign(sum(c)) == np.sign(sum(column)) for c in combinations(column, k)]) for column in columns]
        curve.append(round(float(np.mean(shares)) * number) / number)
    return curve
