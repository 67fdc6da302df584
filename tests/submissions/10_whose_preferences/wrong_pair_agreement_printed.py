# misconception: 値を返さず、表示する
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
            verdicts.append(1 if a > b else -1 if a < b else 0)
        for one, other in combinations(verdicts, 2):
            cases += 1
            points += 1 if one == other else 0.5 if one == 0 or other == 0 else 0
    silent = [r for r in range(len(ratings)) if np.isnan(ratings[r]).all()]
    print(points / cases if cases else None, cases, silent)
