# approach: 配列にして、行の平均をとる
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen = {task: np.array(table).mean(axis=1).argmax() for task, table in dev.items()}
    total = np.sum([np.array(test[task])[number].mean() for task, number in chosen.items()])
    return chosen, total
