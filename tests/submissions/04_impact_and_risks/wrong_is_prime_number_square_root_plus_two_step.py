# misconception: 平方根まで 2 から 2 つおきに試す（偶数だけで割る）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1, 2))
