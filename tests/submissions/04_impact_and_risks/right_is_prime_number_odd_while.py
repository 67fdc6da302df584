# approach: 2 を別に扱い、奇数だけを d * d <= n まで試す
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n in (2, 3):
        return True
    if n < 2 or n % 2 == 0:
        return False
    divisor = 3
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 2
    return True
