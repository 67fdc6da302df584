# misconception: 先を 2 回選んだ組だけを tie とし、後を 2 回選んだ組を A とする
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    verdicts = []
    for x, y in zip(a_first, b_first, strict=True):
        verdicts.append("tie" if x == y == 1 else "B" if (x, y) == (2, 1) else "A")
    n = len(people)
    share = (a_first.count(1) + b_first.count(1)) / (2 * n)
    agreement = sum(v == h for v, h in zip(verdicts, people, strict=True)) / n
    chance = sum(verdicts.count(x) * people.count(x) for x in ("A", "B", "tie")) / n**2
    return share, agreement, None if chance == 1 else (agreement - chance) / (1 - chance)
