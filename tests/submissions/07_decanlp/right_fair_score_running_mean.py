# approach: 平均を、一つずつ直していく
# %% grade_id="fair-score"
def fair_score(dev, test):
    def running(row):
        mean = 0.0
        for n, one in enumerate(row, 1):
            mean += (one - mean) / n
        return mean
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [running(row) for row in table]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
