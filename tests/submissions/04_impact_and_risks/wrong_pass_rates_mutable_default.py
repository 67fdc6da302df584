# misconception: 前に計算した値を、引数の既定値のリストにためる
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k, some=[], every=[]):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some += [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every += [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
