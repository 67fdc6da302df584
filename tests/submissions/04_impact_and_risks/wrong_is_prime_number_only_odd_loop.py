# misconception: 奇数だけを試し、2 で割り切れるかを調べない
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    return all(n % d for d in range(3, math.isqrt(n) + 1, 2))
