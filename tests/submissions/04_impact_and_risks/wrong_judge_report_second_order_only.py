# misconception: B を先に並べたときの選択だけで判定する
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    verdicts = ["BA"[x - 1] for x in b_first]
    n = len(people)
    share = (a_first.count(1) + b_first.count(1)) / (2 * n)
    agreement = sum(v == h for v, h in zip(verdicts, people, strict=True)) / n
    chance = sum(verdicts.count(x) * people.count(x) for x in ("A", "B", "tie")) / n**2
    return share, agreement, None if chance == 1 else (agreement - chance) / (1 - chance)
