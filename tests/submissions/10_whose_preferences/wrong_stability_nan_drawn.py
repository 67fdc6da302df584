# misconception: nan も選び、平均のときだけ除く
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column for column in ratings.T]
    fewest = (~np.isnan(ratings)).sum(axis=0).min()
    for k in sizes:
        if k < 1 or k > fewest:
            raise ValueError(f"{k} 個は選べません。")
    curve = []
    for k in sizes:
        same = []
        for column in columns:
            for _ in range(draws):
                chosen = generator.choice(column, size=k, replace=False)
                same.append(np.sign(np.nansum(chosen)) == np.sign(np.nansum(column)))
        curve.append(sum(same) / len(same))
    return curve
