# misconception: 続いた二つの文で、同じ場所を選ぶ
# scores: stability-test=0
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError(f"k は 1 から {fewest} までです。")
    curve = []
    for k in sizes:
        same = 0
        for _ in range(draws):
            for number, column in enumerate(columns):
                if number % 2 == 0 or len(column) != len(columns[number - 1]):
                    places = generator.choice(len(column), k, replace=False)
                same += np.sign(column[places].sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
