# misconception: 素数と合成数を逆にする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n < 2 or any(n % d == 0 for d in range(2, math.isqrt(n) + 1))
