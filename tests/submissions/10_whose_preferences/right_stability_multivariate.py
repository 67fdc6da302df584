# approach: 多変量超幾何分布
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [[x for x in c if x == x] for c in ratings.T.tolist()]
    if any(k < 1 or k > len(c) for c in columns for k in sizes) or not all(columns):
        raise ValueError("k が範囲の外です")
    def label(x):
        return (x > 0).astype(int) - (x < 0)
    out = []
    for k in sizes:
        hits = 0
        for c in columns:
            kinds, counts = np.unique(c, return_counts=True)
            drawn = generator.multivariate_hypergeometric(counts, k, size=draws)
            hits += int((label(drawn @ kinds) == label(np.array(sum(c)))).sum())
        out.append(hits / (draws * len(columns)))
    return out
