# approach: ミラー–ラビン法（1 兆まで正しい底）
# %% grade_id="is-prime-number"
def is_prime_number(n):
    bases = (2, 3, 5, 7, 11, 13, 17)
    if n < 2:
        return False
    for p in bases:
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d //= 2
        s += 1
    for a in bases:
        x = pow(a, d, n)
        if x == 1 or x == n - 1:
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
