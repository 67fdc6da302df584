# misconception: sympy の関数を辞書に入れておく
# scores: is-prime-number-test=0
# %% grade_id="is-prime-number"
import sympy

tools = {"p": sympy.isprime}


def is_prime_number(n):
    return n > 1 and tools["p"](n)
