# approach: 最小の約数を返す補助関数を作り、n と比べる
# %% grade_id="is-prime-number"
def smallest_divisor(n):
    d = 2
    while d * d <= n:
        if not n % d:
            return d
        d += 1
    return n


def is_prime_number(n):
    return n >= 2 and smallest_divisor(n) == n
