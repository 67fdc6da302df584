# approach: lgamma で対数の二項係数を計算する
# %% grade_id="pass-rates"
def log_choose(n, k):
    if k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def pass_rates(passed, k):
    if any(len(answers) < k for answers in passed):
        raise ValueError("k が大きすぎます。")
    some = every = 0.0
    for answers in passed:
        n, c = len(answers), answers.count(True)
        some += 1 - math.exp(log_choose(n - c, k) - log_choose(n, k))
        every += math.exp(log_choose(c, k) - log_choose(n, k))
    return some / len(passed), every / len(passed)
