# misconception: 合格の数を平均してから計算する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    n = round(np.mean([len(a) for a in passed]))
    c = round(np.mean([sum(a) for a in passed]))
    return 1 - math.comb(n - c, k) / math.comb(n, k), math.comb(c, k) / math.comb(n, k)
