# misconception: sympy の、べき乗のテストを呼ぶ
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n):
    return n > 1 and bool(sympy.ntheory.primetest.mr(n, [2, 3, 5, 7, 11, 13, 17]))
