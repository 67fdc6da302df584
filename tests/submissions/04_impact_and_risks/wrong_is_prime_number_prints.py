# misconception: 返さずに表示する
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    print(n > 1 and all(n % d for d in range(2, math.isqrt(max(n, 0)) + 1)))
