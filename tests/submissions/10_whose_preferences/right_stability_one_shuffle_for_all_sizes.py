# approach: 一度の並べ替えを、全部の k に使う
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    if sizes and (min(sizes) <= 0 or max(sizes) > min(len(column) for column in columns)):
        raise ValueError("k")
    same = {k: 0 for k in sizes}
    for _ in range(draws):
        for column in columns:
            order = generator.permutation(len(column))
            sums = np.cumsum(column[order])
            for k in same:
                same[k] += np.sign(sums[k - 1]) == np.sign(sums[-1])
    return [same[k] / (draws * len(columns)) for k in sizes]
