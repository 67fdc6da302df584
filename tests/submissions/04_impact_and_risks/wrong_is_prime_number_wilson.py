# misconception: ウィルソンの定理で階乗を計算する（大きな数で終わらない）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    product = 1
    for d in range(2, n):
        product = product * d % n
    return product == n - 1
