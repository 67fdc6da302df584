# misconception: sympy の factorint で素因数分解する
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
from sympy import factorint


def is_prime_number(n):
    return n > 1 and factorint(n) == {n: 1}
