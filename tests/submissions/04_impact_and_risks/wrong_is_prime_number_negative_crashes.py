# misconception: 負の数の平方根でエラーになる
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    root = math.isqrt(n)
    return n > 1 and all(n % d for d in range(2, root + 1))
