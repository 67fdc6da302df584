# misconception: 見えるテストの素数の表を書いてある
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
PRIMES = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 999983}


def is_prime_number(n):
    return n in PRIMES
