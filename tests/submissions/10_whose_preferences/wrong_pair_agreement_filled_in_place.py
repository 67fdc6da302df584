# misconception: 渡された表の nan を書きかえる
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    ratings[np.isnan(ratings)] = 99
    points, cases = 0.0, 0
    for first, second in pairs:
        verdicts = []
        for row in ratings:
            a, b = row[first], row[second]
            if a == 99 or b == 99:
                continue
            verdicts.append(1 if a > b else -1 if a < b else 0)
        for one, other in combinations(verdicts, 2):
            cases += 1
            points += 1 if one == other else 0.5 if one == 0 or other == 0 else 0
    silent = silent
    return (points / cases if cases else None), cases, silent
