# approach: 機械と人の全部の組み合わせを数えて、偶然の一致を求める
# %% grade_id="judge-report"
def judge_report(a_first, b_first, people):
    verdicts = ["tie" if x == y else ["A", "B"][x > y] for x, y in zip(a_first, b_first, strict=True)]
    n = len(verdicts)
    same = sum(mine == human for mine, human in zip(verdicts, people, strict=True)) / n
    by_chance = sum(mine == human for mine in verdicts for human in people) / n**2
    share = sum(choice == 1 for choice in [*a_first, *b_first]) / (2 * n)
    try:
        return share, same, (same - by_chance) / (1 - by_chance)
    except ZeroDivisionError:
        return share, same, None
