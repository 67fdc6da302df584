# misconception: 6k±1 のうち、片方しか試さない
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n <= 3:
        return n > 1
    if n % 2 == 0 or n % 3 == 0:
        return False
    for d in range(5, math.isqrt(n) + 1, 6):
        if n % d == 0:
            return False
    return True
