# misconception: numpy で n までの余りを全部計算する（大きな数でメモリが足りない）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return n > 1 and bool((n % np.arange(2, n) != 0).all())
