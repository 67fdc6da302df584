# misconception: sympy の関数を partial で包んでおく
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy, functools

check_it = functools.partial(sympy.isprime)


def is_prime_number(n):
    return n > 1 and check_it(n)
