# misconception: scipy の小数の二項係数を割る（大きな数で nan）
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
from scipy.special import comb


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - comb(a.count(False), k) / comb(len(a), k) for a in passed]
    every = [comb(a.count(True), k) / comb(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
