# misconception: 点を整数にしてから平均する
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(np.array(row, dtype=int)) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(np.array(test[task][chosen[task]], dtype=int)))
    return chosen, total
