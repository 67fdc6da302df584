# misconception: 2 より小さい数で ValueError を起こす
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        raise ValueError("2 以上にしてください。")
    return all(n % d for d in range(2, math.isqrt(n) + 1))
