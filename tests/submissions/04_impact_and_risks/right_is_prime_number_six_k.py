# approach: 6k±1 だけを試す
# %% grade_id="is-prime-number"
def is_prime_number(n):
    if n <= 3:
        return n > 1
    if n % 2 == 0 or n % 3 == 0:
        return False
    for base in range(5, int(n**0.5) + 1, 6):
        if n % base == 0 or n % (base + 2) == 0:
            return False
    return True
