# misconception: フェルマーのテストを、底 1000 まで行う
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and all(pow(a, n - 1, n) == 1 for a in range(2, min(n, 1000)))
