# misconception: 点が同じかどうかを比べる
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    points, cases = 0.0, 0
    for first, second in pairs:
        verdicts = []
        for row in ratings:
            a, b = row[first], row[second]
            if np.isnan(a) or np.isnan(b):
                continue
            verdicts.append(a - b)
        for one, other in combinations(verdicts, 2):
            cases += 1
            points += float(one == other)
    silent = [r for r in range(len(ratings)) if np.isnan(ratings[r]).all()]
    return (points / cases if cases else None), cases, silent
