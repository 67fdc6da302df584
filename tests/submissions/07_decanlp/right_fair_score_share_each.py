# approach: 点を項目の数で割ってから足す
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [sum(one / len(row) for one in row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
