# misconception: 答えが足りない問題を飛ばす
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    enough = [a for a in passed if len(a) >= k]
    if not enough:
        raise ValueError(k)
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in enough]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in enough]
    return float(np.mean(some)), float(np.mean(every))
