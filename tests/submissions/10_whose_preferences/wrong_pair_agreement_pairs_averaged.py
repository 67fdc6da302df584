# misconception: 組ごとの一致率を平均する
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    shares, cases = [], 0
    for first, second in pairs:
        signs = np.sign(ratings[:, first] - ratings[:, second])
        values = [1 - abs(a - b) / 2 for a, b in combinations(signs[~np.isnan(signs)], 2)]
        cases += len(values)
        if values:
            shares.append(np.mean(values))
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    return (float(np.mean(shares)) if shares else None), cases, silent
