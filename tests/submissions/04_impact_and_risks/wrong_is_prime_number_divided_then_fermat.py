# misconception: 200 までで割り、残りは底 2 のフェルマーのテストで決める
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    for d in range(2, 200):
        if d * d > n:
            return True
        if n % d == 0:
            return False
    return pow(2, n - 1, n) == 1
