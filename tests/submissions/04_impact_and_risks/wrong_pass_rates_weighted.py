# misconception: 答えの数で重み付けして平均する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    sizes = [len(a) for a in passed]
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.average(some, weights=sizes)), float(np.average(every, weights=sizes))
