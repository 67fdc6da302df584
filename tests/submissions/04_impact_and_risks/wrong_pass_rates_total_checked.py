# misconception: 問題ごとでなく、答えの合計を k と比べる
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if sum(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - math.comb(a.count(False), k) / max(math.comb(len(a), k), 1) for a in passed]
    every = [math.comb(a.count(True), k) / max(math.comb(len(a), k), 1) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
