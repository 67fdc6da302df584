# misconception: 等しいときに、番号の大きいほうを選ぶ
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = max(n for n, mean in enumerate(means) if mean == max(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
