# misconception: 答えが 1000 個より多いときだけ、合格率の式で近似する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some, every = [], []
    for a in passed:
        n, c = len(a), sum(a)
        if n > 1000:
            some.append(1 - (1 - c / n) ** k)
            every.append((c / n) ** k)
        else:
            some.append(1 - math.comb(n - c, k) / math.comb(n, k))
            every.append(math.comb(c, k) / math.comb(n, k))
    return float(np.mean(some)), float(np.mean(every))
