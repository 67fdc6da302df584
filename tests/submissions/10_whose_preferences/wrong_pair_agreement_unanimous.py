# misconception: 全員の判断が同じ組の割合を返す
# scores: pair-agreement-test=0
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    same = groups = cases = 0
    for i, j in pairs:
        signs = [s for s in np.sign(ratings[:, i] - ratings[:, j]) if s == s]
        cases += len(signs) * (len(signs) - 1) // 2
        if len(signs) > 1:
            groups += 1
            same += len(set(signs)) == 1
    silent = [r for r, row in enumerate(ratings) if np.isnan(row).all()]
    return (same / groups if groups else None), cases, silent
