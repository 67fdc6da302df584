# misconception: sympy のふるいに入っているかを見る
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
from sympy import sieve


def is_prime_number(n):
    return n > 1 and n in sieve
