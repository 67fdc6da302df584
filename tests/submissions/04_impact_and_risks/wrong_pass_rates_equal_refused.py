# misconception: 答えがちょうど k 個のときも ValueError を起こす
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) <= k:
        raise ValueError(k)
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
