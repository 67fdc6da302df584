# misconception: 0 を素数とする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 0 or n == 1:
        return False
    return all(n % d for d in range(2, math.isqrt(n) + 1))
