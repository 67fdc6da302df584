# misconception: 2 のべきだけで判定する（擬素数を素数とする）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n == 2 or (n > 2 and n % 2 == 1 and pow(2, n - 1, n) == 1)
