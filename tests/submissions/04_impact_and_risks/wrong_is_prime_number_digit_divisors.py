# misconception: 2、3、5、7 で割り切れなければ素数とする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n in (2, 3, 5, 7) or (n > 1 and all(n % d for d in (2, 3, 5, 7)))
