# misconception: 機械が tie の組を捨てる
# scores: judge-report-test=0
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    share = (a_first.count(1) + b_first.count(1)) / (2 * len(people))
    verdicts = ["tie" if x == y else "AB"[x - 1] for x, y in zip(a_first, b_first, strict=True)]
    kept = [(v, h) for v, h in zip(verdicts, people, strict=True) if v != "tie"]
    if not kept:
        return share, 0.0, None
    verdicts, people = zip(*kept, strict=True)
    n = len(people)
    agreement = sum(v == h for v, h in kept) / n
    chance = sum(verdicts.count(x) * people.count(x) for x in ("A", "B", "tie")) / n**2
    return share, agreement, None if chance == 1 else (agreement - chance) / (1 - chance)
