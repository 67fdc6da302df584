# misconception: n までの表を毎回作る（大きな数でメモリも時間も足りない）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n < 2:
        return False
    table = [True] * (n + 1)
    for d in range(2, math.isqrt(n) + 1):
        if table[d]:
            for multiple in range(d * d, n + 1, d):
                table[multiple] = False
    return table[n]
