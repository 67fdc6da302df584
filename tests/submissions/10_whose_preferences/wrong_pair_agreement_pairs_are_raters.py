# misconception: 組を、評価者の番号だと思う
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    points, cases = 0.0, 0
    for r, s in pairs:
        if r < len(ratings) and s < len(ratings):
            for i, j in combinations(range(ratings.shape[1]), 2):
                gap = abs(np.sign(ratings[r, i] - ratings[r, j]) - np.sign(ratings[s, i] - ratings[s, j]))
                if gap == gap:
                    points, cases = points + 1 - gap / 2, cases + 1
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    return (points / cases if cases else None), cases, silent
