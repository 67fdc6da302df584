# misconception: 割り算の結果が整数かを小数で調べ、平方根を含めない
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    d = 2
    while d < n**0.5:
        if (n / d).is_integer():
            return False
        d += 1
    return True
