# misconception: 奇数だけを n の 3 分の 1 まで試す（遅い）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 4:
        return n in (2, 3)
    if n % 2 == 0:
        return False
    return all(n % d for d in range(3, n // 3 + 1, 2))
