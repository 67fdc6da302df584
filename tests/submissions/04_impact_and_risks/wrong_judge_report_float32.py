# misconception: 値を float32 にする
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    n = len(people)
    said = ["A" if (x, y) == (1, 2) else "B" if (x, y) == (2, 1) else "tie" for x, y in zip(a_first, b_first)]
    first = (a_first.count(1) + b_first.count(1)) / (2 * n)
    agree = sum(s == p for s, p in zip(said, people)) / n
    pe = sum(said.count(v) / n * people.count(v) / n for v in ("A", "B", "tie"))
    if pe == 1:
        return first, agree, None
    return np.float32(first), np.float32(agree), np.float32((agree - pe) / (1 - pe))
