# misconception: フェルマーの判定を 4 つの底で行う（カーマイケル数を素数とする）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n in (2, 3, 5, 7):
        return True
    return n > 1 and all(pow(a, n - 1, n) in (1,) for a in (2, 3, 5, 7) if n % a) and all(n % a for a in (2, 3, 5, 7))
