# misconception: sympy の isprime を呼ぶ
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n):
    return bool(sympy.isprime(n))
