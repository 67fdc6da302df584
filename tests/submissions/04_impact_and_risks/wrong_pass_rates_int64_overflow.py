# misconception: numpy の 64 ビット整数で二項係数を計算する（あふれる）
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def choose(n, k):
    if k > n:
        return 0
    return np.prod(np.arange(n - k + 1, n + 1, dtype=np.int64)) // np.prod(np.arange(1, k + 1, dtype=np.int64))


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - choose(a.count(False), k) / choose(len(a), k) for a in passed]
    every = [choose(a.count(True), k) / choose(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
