# misconception: 不合格が k 個より少ないとき、some を 0 とする
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [
        0.0 if a.count(False) < k else 1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed
    ]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
