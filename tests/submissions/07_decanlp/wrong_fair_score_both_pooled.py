# misconception: dev と test を合わせて選ぶ
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = [np.mean(row) for row in [[*a, *b] for a, b in zip(table, test[task])]]
        chosen[task] = int(np.argmax(means))
        total += float(np.mean(test[task][chosen[task]]))
    return chosen, total
