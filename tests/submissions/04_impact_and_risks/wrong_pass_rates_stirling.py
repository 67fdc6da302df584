# misconception: 階乗をスターリングの式で近似する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def log_factorial(n):
    return n * math.log(n) - n + 0.5 * math.log(2 * math.pi * n) if n else 0.0


def log_choose(n, k):
    return -math.inf if k > n else log_factorial(n) - log_factorial(k) - log_factorial(n - k)


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - math.exp(log_choose(len(a) - sum(a), k) - log_choose(len(a), k)) for a in passed]
    every = [math.exp(log_choose(sum(a), k) - log_choose(len(a), k)) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
