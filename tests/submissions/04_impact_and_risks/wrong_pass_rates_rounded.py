# misconception: 小数第 4 位で丸める
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return round(float(np.mean(some)), 4), round(float(np.mean(every)), 4)
