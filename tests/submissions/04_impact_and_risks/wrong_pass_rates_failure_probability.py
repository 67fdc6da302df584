# misconception: 1 から引き忘れる
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    none = [math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean(none)), float(np.mean(every))
