# approach: 二乗和から数える
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    total = cases = 0
    for i, j in pairs:
        with np.errstate(invalid="ignore"):
            v = np.sign(ratings[:, i] - ratings[:, j])
        v = v[np.isfinite(v)]
        up, down, tie = (v > 0).sum(), (v < 0).sum(), (v == 0).sum()
        m = len(v)
        cases += m * (m - 1) // 2
        total += m * (m - 1) / 2 - up * down - tie * (up + down) / 2
    return (total / cases if cases else None), cases, list(np.flatnonzero(np.isnan(ratings).sum(axis=1) == ratings.shape[1]))
