# misconception: test の点を、平均せずに足す
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.sum(test[task][chosen[task]]))
    return chosen, total
