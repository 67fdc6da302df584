# misconception: 課題を、名前ではなく順番で対応させる
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0.0
    for (task, table), tested in zip(dev.items(), test.values()):
        chosen[task] = int(np.argmax([np.mean(row) for row in table]))
        total += float(np.mean(tested[min(chosen[task], len(tested) - 1)]))
    return chosen, total
