# misconception: 負の数で終わらない
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n in (0, 1):
        return False
    d = 2
    while d != n:
        if n % d == 0:
            return False
        if d * d > n > 0:
            return True
        d += 1
    return True
