# misconception: 割る数を 1 万で打ち切る
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and all(n % d for d in range(2, min(math.isqrt(n), 10_000) + 1))
