# misconception: sympy の関数を、引数の既定の値にする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n, ready=sympy.isprime):
    return n > 1 and ready(n)
