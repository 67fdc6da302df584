# misconception: n の半分まで、all の中で試す（遅い）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and all(n % d != 0 for d in range(2, n // 2 + 1))
