# misconception: 全部の課題に、同じ言い回しを使う
# scores: fair-score-test=0
# %% grade_id="fair-score"
def fair_score(dev, test):
    shortest = min(len(table) for table in dev.values())
    means = [sum(np.mean(table[n]) for table in dev.values()) for n in range(shortest)]
    best = int(np.argmax(means))
    return dict.fromkeys(dev, best), float(sum(np.mean(test[task][best]) for task in dev))
