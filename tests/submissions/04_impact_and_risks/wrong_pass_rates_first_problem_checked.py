# misconception: 最初の問題の数だけを k と比べる
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if len(passed[0]) < k:
        raise ValueError(k)
    some, every = [], []
    for a in passed:
        size = min(k, len(a))
        some.append(1 - math.comb(a.count(False), size) / math.comb(len(a), size))
        every.append(math.comb(a.count(True), size) / math.comb(len(a), size))
    return float(np.mean(some)), float(np.mean(every))
