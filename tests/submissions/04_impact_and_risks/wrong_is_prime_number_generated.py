# misconception: 生成されたプログラムのまま（2、1、負の奇数を誤り、遅い）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    return generated_is_prime(n)
