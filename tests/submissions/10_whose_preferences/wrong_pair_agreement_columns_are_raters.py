# misconception: 行を文、列を評価者だと思う
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    ratings = ratings.T
    points, cases = 0.0, 0
    for first, second in pairs:
        verdicts = []
        for row in ratings:
            if max(first, second) >= len(row) or np.isnan(row[first]) or np.isnan(row[second]):
                continue
            verdicts.append((row[first] > row[second]) * 1 - (row[first] < row[second]) * 1)
        for one, other in combinations(verdicts, 2):
            cases += 1
            points += 1 if one == other else 0.5 if one == 0 or other == 0 else 0
    silent = [r for r in range(len(ratings)) if np.isnan(ratings[r]).all()]
    return (points / cases if cases else None), cases, silent
