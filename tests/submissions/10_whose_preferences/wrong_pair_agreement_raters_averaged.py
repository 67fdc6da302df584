# misconception: 評価者 2 人ごとの一致率を平均する
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    shares, cases = [], 0
    for one, other in combinations(ratings, 2):
        values = []
        for i, j in pairs:
            gap = abs(np.sign(one[i] - one[j]) - np.sign(other[i] - other[j]))
            if not np.isnan(gap):
                values.append(1 - gap / 2)
        cases += len(values)
        if values:
            shares.append(sum(values) / len(values))
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    return (sum(shares) / len(shares) if shares else None), cases, silent
