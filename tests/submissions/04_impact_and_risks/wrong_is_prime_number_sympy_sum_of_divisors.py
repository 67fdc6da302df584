# misconception: 約数の和を sympy に計算させる
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n):
    return n > 1 and bool(sympy.divisor_sigma(n) == n + 1)
