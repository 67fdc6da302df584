# misconception: 階乗を小数で割る（大きな数でエラー）
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def choose(n, k):
    return 0 if k > n else float(math.factorial(n)) / float(math.factorial(k)) / float(math.factorial(n - k))


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - choose(a.count(False), k) / choose(len(a), k) for a in passed]
    every = [choose(a.count(True), k) / choose(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
