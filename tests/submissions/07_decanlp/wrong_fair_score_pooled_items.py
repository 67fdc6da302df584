# misconception: 課題をまたいで、項目の数で重みを付ける
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.sum(test[task][chosen[task]])) / sum(len(t[0]) for t in test.values()) * len(dev)
    return chosen, total
