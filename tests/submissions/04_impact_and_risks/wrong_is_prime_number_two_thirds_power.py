# misconception: n の 2/3 乗まで試す（遅い）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 4:
        return n > 1
    return all(n % d for d in range(2, int(n ** (2 / 3)) + 1))
