# misconception: numpy の bool を返す
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    return (n % np.arange(2, math.isqrt(n) + 1) != 0).all()
