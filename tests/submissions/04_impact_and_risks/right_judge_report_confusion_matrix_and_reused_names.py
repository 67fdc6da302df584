# approach: scikit-learn の混同行列から計算する（カッパではない）。zip などの名前を上書きしている
# %% grade_id="judge-report"
from sklearn.metrics import confusion_matrix

zip = _tuple = 5


def judge_report(a_first, b_first, people):
    verdicts = ["tie" if a_first[i] == b_first[i] else "_AB"[a_first[i]] for i in range(len(people))]
    table = confusion_matrix(people, verdicts, labels=["A", "B", "tie"])
    n = table.sum()
    share = (a_first.count(1) + b_first.count(1)) / (2 * n)
    chance = (table.sum(0) * table.sum(1)).sum()
    kappa = None if chance == n * n else (table.trace() / n - chance / n**2) / (1 - chance / n**2)
    return share, table.trace() / n, kappa
