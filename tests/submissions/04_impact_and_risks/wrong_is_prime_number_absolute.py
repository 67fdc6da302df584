# misconception: 負の数を絶対値で判定する
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    n = abs(n)
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))
