# misconception: ミラー–ラビン法の底が 2、3、5、7 だけ（1 兆までには足りない数がある）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    for p in (2, 3, 5, 7):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7):
        x = pow(a, d, n)
        if x not in (1, n - 1) and not any(pow(x, 2**i, n) == n - 1 for i in range(1, s)):
            return False
    return True
