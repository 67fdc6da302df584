# misconception: sympy の、名前の違う素数の判定を呼ぶ
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n):
    return n > 1 and bool(sympy.ntheory.primetest.is_strong_bpsw_prp(n))
