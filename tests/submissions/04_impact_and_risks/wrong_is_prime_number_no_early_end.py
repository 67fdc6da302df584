# misconception: 平方根で終わらず、見つけても最後まで数える（遅い）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and sum(n % d == 0 for d in range(1, n + 1)) == 2
