# approach: next で最初の約数を探す。list や count などの名前を使いまわしている
# %% grade_id="is-prime-number"
list = [2, 3, 5]
count = len(list)
limit = lines = 0


def is_prime_number(n):
    root = math.isqrt(max(n, 0))
    found = next((d for d in range(2, root + 1) if n % d == 0), None)
    return n > 1 and found is None
