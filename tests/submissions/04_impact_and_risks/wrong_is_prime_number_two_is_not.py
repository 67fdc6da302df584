# misconception: 2 を素数でないとする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2 or n % 2 == 0:
        return False
    return all(n % d for d in range(3, math.isqrt(n) + 1, 2))
