# approach: max の key で選ぶ
# %% grade_id="fair-score"
def fair_score(dev, test):
    def mean(row):
        return sum(row) / len(row)

    chosen = {task: max(range(len(table)), key=lambda n: mean(table[n])) for task, table in dev.items()}
    return chosen, sum(mean(test[task][number]) for task, number in chosen.items())
