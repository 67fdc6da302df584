# approach: 自分で並べ替える（フィッシャー・イェーツ）
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError(f"k は 1 から {fewest} までです。")
    curve = []
    for k in sizes:
        same = 0
        for column in columns:
            for _ in range(draws):
                deck = column.tolist()
                for i in range(k):
                    j = int(generator.integers(i, len(deck)))
                    deck[i], deck[j] = deck[j], deck[i]
                chosen = np.array(deck[:k])
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
