# misconception: 1 を並べた文字列の正規表現で調べる（大きな数で終わらない）
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import re as _re


def is_prime_number(n):
    return n > 1 and _re.match(r"(11+?)\1+$", "1" * n) is None
