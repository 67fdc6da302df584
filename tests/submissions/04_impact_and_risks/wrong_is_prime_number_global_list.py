# misconception: 見つけた素数をグローバルのリストにため、それだけで割る（呼ぶ順番に左右される）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
found_primes = []


def is_prime_number(n):
    if n < 2:
        return False
    for p in found_primes:
        if p < n and n % p == 0:
            return False
    found_primes.append(n)
    return True
