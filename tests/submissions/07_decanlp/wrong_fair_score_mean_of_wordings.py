# misconception: test の全部の言い回しの平均を報告する
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean([np.mean(row) for row in test[task]]))
    return chosen, total
