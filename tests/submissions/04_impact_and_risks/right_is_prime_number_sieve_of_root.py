# approach: 平方根までの素数の表をエラトステネスのふるいで作る
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    size = math.isqrt(n) + 1
    table = np.ones(size, bool)
    for d in range(2, math.isqrt(size) + 1):
        if table[d]:
            table[d * d :: d] = False
    primes = np.flatnonzero(table)[2:]
    return not bool((n % primes == 0).any())
