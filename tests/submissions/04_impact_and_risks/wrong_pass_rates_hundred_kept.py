# misconception: 100 個より多い答えは、最初の 100 個だけを使う
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    cut = [a[: max(100, k)] for a in passed]
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in cut]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in cut]
    return float(np.mean(some)), float(np.mean(every))
