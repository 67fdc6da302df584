# approach: 判定の表を作り、行と列の和を使う
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    code = np.array(a_first) - np.array(b_first) + 1
    told = np.array([["A", "tie", "B"].index(p) for p in people])
    table = np.zeros((3, 3))
    np.add.at(table, (code, told), 1)
    table /= table.sum()
    pe = table.sum(0) @ table.sum(1)
    po = np.trace(table)
    share = 2 - (np.mean(a_first) + np.mean(b_first)) / 2
    return float(share), float(po), None if pe == 1 else float((po - pe) / (1 - pe))
