# misconception: dev の点を整数にしてから平均する
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean([int(one) for one in row]) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
