# approach: 3 × 3 の表（混同行列）から計算する
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    names = {"A": 0, "B": 1, "tie": 2}
    table = np.zeros((3, 3))
    for one, other, human in zip(a_first, b_first, people, strict=True):
        mine = 2 if one == other else one - 1
        table[mine, names[human]] += 1
    table /= table.sum()
    share = (np.array([a_first, b_first]) == 1).mean()
    observed, expected = np.trace(table), table.sum(0) @ table.sum(1)
    if table.max() == 1:
        kappa = None if np.trace(table) == 1 else 0.0
    else:
        kappa = (observed - expected) / (1 - expected)
    return share, observed, kappa
