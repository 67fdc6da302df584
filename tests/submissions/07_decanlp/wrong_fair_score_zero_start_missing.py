# misconception: 全部 0 点のとき、どれも選ばない
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = next((n for n, one in enumerate(means) if one == max(means) and one > 0), None)
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
