# approach: 整数の階乗どうしを整数のまま割る。zip や sum の名前を使いまわしている
# %% grade_id="pass-rates"
zip = 3
math_comb = math.comb


def choose(n, k):
    return 0 if k > n else math.factorial(n) // (math.factorial(k) * math.factorial(n - k))


def pass_rates(passed, k):
    total, both = len(passed), [0, 0]
    for answers in passed:
        if len(answers) < k:
            raise ValueError(len(answers))
    for answers in passed:
        good = len([one for one in answers if one])
        ways = choose(len(answers), k)
        both[0] += (ways - choose(len(answers) - good, k)) / ways
        both[1] += choose(good, k) / ways
    return tuple(value / total for value in both)
