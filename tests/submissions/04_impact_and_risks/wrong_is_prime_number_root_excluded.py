# misconception: 平方根そのものを試さない
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    return all(n % d for d in range(2, math.isqrt(n)))
