# approach: sum と len だけで書く
# %% grade_id="fair-score"
def fair_score(dev, test):
    chosen, total = {}, 0
    for task in dev:
        best, best_mean = 0, None
        for number, row in enumerate(dev[task]):
            mean = sum(row) / len(row)
            if best_mean is None or mean > best_mean:
                best, best_mean = number, mean
        chosen[task] = best
        total += sum(test[task][best]) / len(test[task][best])
    return chosen, total
