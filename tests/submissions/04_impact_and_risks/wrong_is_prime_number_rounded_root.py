# misconception: 平方根を小数 2 乗の丸めで決め、1 つ小さい
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    root = round(n**0.5 - 0.5)
    return all(n % d for d in range(2, root))
