# approach: 関数の前に、素数の表を作っておく
# %% grade_id="is-prime-number"
marks = bytearray([1]) * 1_000_100
for i in range(2, 1001):
    if marks[i]:
        marks[i * i :: i] = bytes(len(range(i * i, len(marks), i)))
TABLE = [i for i in range(2, len(marks)) if marks[i]]


def is_prime_number(n):
    if n < 2:
        return False
    for p in TABLE:
        if p * p > n:
            break
        if n % p == 0:
            return False
    return True
