# approach: numpy で、平方根までの余りを一度に計算する
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    divisors = np.arange(2, int(np.sqrt(n)) + 1)
    return bool((n % divisors != 0).all())
