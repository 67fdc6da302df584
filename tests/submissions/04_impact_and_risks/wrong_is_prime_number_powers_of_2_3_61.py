# misconception: べき乗のテストを、底 2、3、61 だけで行う
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 31, 61, 73):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d //= 2
        s += 1
    for a in (2, 3, 61):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
