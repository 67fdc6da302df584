# misconception: 大きな表を、最初の呼び出しの中で作る
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
TABLE = []


def is_prime_number(n):
    if not TABLE:
        marks = bytearray([1]) * 1_000_100
        for i in range(2, 1001):
            if marks[i]:
                marks[i * i :: i] = bytes(len(range(i * i, len(marks), i)))
        TABLE.extend(i for i in range(2, len(marks)) if marks[i])
    if n < 2:
        return False
    for p in TABLE:
        if p * p > n:
            break
        if n % p == 0:
            return False
    return True
