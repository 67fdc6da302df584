# misconception: sympy の isprime を別の名前で持ってくる
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
from sympy import isprime as check_prime


def is_prime_number(n):
    return n > 1 and check_prime(n)
