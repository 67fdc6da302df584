# misconception: 1000 までの数だけを試す
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and all(n % d for d in range(2, min(n, 1000)))
