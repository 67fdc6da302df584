# misconception: 選ばずに、確率を計算する
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    if any(k < 1 or k > min(map(len, columns)) for k in sizes):
        raise ValueError("k")
    return [
        float(np.mean([np.mean([np.sign(sum(c)) == np.sign(sum(column)) for c in combinations(column, k)]) for column in columns]))
        for k in sizes
    ]
