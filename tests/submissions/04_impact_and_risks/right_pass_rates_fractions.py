# approach: Fraction で正確に計算し、最後に小数にする
# %% grade_id="pass-rates"
from fractions import Fraction


def pass_rates(passed, k):
    some = every = Fraction(0)
    for answers in passed:
        n, c = len(answers), sum(map(bool, answers))
        if n < k:
            raise ValueError
        ways = math.comb(n, k)
        some += Fraction(ways - math.comb(n - c, k), ways)
        every += Fraction(math.comb(c, k), ways)
    return float(some / len(passed)), float(every / len(passed))
