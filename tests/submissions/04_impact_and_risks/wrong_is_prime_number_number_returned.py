# misconception: True と False の代わりに 1 と 0 を返す
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return int(n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1)))
