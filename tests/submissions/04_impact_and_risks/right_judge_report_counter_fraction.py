# approach: Counter と Fraction で正確に計算する
# %% grade_id="judge-report"
from fractions import Fraction


def judge_report(a_first, b_first, people):
    n = len(people)
    chosen_in_b_first = [3 - choice for choice in b_first]
    verdicts = []
    for one, other in zip(a_first, chosen_in_b_first, strict=True):
        verdicts.append(("A" if one == 1 else "B") if one == other else "tie")
    mine, theirs = Counter(verdicts), Counter(people)
    p_o = Fraction(sum(map(str.__eq__, verdicts, people)), n)
    p_e = sum(Fraction(mine[label] * theirs[label], n * n) for label in mine)
    kappa = None if p_e == 1 else float((p_o - p_e) / (1 - p_e))
    return Counter(a_first + b_first)[1] / (2 * n), float(p_o), kappa
