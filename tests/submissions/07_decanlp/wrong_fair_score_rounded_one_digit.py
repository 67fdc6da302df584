# misconception: dev の平均を小数第 1 位に丸めて比べる
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [round(sum(row) / len(row), 1) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
