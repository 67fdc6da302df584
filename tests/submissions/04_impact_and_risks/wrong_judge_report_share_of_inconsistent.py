# misconception: 順で答えが変わった組だけで、先の割合を計算する
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    verdicts = ["tie" if x == y else "AB"[x - 1] for x, y in zip(a_first, b_first, strict=True)]
    n = len(people)
    share = (a_first.count(1) + b_first.count(1)) / (2 * n)
    agreement = sum(v == h for v, h in zip(verdicts, people, strict=True)) / n
    chance = sum(verdicts.count(x) * people.count(x) for x in ("A", "B", "tie")) / n**2
    changed = [x for x, v in zip(a_first, verdicts, strict=True) if v == "tie"]
    share = changed.count(1) / len(changed) if changed else 0.5
    return share, agreement, None if chance == 1 else (agreement - chance) / (1 - chance)
