# misconception: 1 万までの表で答え、それより大きい数は奇数なら素数とする
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
SMALL = {n for n in range(2, 10_000) if all(n % d for d in range(2, int(n**0.5) + 1))}


def is_prime_number(n):
    return n in SMALL if n < 10_000 else n % 2 == 1 and all(n % d for d in (3, 5, 7, 11, 991, 997))
