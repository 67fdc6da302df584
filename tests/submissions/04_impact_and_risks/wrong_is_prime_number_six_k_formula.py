# misconception: 6k±1 の形の数を、全部素数とする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n in (2, 3) or (n > 3 and n % 6 in (1, 5))
