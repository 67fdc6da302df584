# misconception: 偶然の一致を n で 1 回だけ割る
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    verdicts = ["tie" if x == y else "AB"[x - 1] for x, y in zip(a_first, b_first, strict=True)]
    n = len(people)
    share = (a_first.count(1) + b_first.count(1)) / (2 * n)
    agreement = sum(v == h for v, h in zip(verdicts, people, strict=True)) / n
    chance = sum(verdicts.count(x) * people.count(x) for x in ("A", "B", "tie")) / n**2
    if chance != 1:
        chance = chance * n
    return share, agreement, None if chance == 1 else (agreement - chance) / (1 - chance)
