# misconception: 文が一つの表で、エラーになる
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    if ratings.shape[1] < 2:
        raise ValueError('文が足りません。')
    points, cases = 0.0, 0
    for first, second in pairs:
        verdicts = np.sign(ratings[:, first] - ratings[:, second])
        verdicts = verdicts[~np.isnan(verdicts)]
        for one, other in combinations(verdicts, 2):
            points += 1 - abs(one - other) / 2
            cases += 1
    silent = [rater for rater, row in enumerate(ratings) if np.isnan(row).all()]
    return points / cases if cases else None, cases, silent
