# misconception: every を 1 - some とする
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = float(np.mean([1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]))
    return some, 1 - some
