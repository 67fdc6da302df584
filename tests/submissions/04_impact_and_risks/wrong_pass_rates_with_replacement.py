# misconception: 同じ答えを 2 度選んでよいとして数える
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - math.comb(max(a.count(False) + k - 1, 0), k) / math.comb(len(a) + k - 1, k) for a in passed]
    every = [math.comb(max(a.count(True) + k - 1, 0), k) / math.comb(len(a) + k - 1, k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
