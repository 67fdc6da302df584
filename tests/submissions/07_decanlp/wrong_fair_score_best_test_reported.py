# misconception: test の最高の平均点を報告する
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(max(np.mean(row) for row in test[task]))
    return chosen, total
