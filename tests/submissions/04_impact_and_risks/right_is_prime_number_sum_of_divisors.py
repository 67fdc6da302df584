# approach: 平方根までの約数の組を数える
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n <= 0:
        return False
    divisors = 0
    d = 1
    while d * d < n:
        divisors += 2 * (n % d == 0)
        d += 1
    divisors += d * d == n
    return divisors == 2
