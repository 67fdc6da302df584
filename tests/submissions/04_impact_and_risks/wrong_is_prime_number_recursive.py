# misconception: 再帰で割る数を 1 ずつ増やす（深すぎて止まる）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n, d=2):
    if n < 2:
        return False
    if d * d > n:
        return True
    return n % d != 0 and is_prime_number(n, d + 1)
