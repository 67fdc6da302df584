# misconception: sympy の Integer の is_prime を読む
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy


def is_prime_number(n):
    return bool(sympy.Integer(n).is_prime)
