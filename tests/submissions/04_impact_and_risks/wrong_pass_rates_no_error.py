# misconception: 答えが足りなくても、何か返す
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    some, every = [], []
    for a in passed:
        n, c = len(a), sum(a)
        size = min(k, n)
        some.append(1 - math.comb(n - c, size) / math.comb(n, size))
        every.append(math.comb(c, size) / math.comb(n, size))
    return float(np.mean(some)), float(np.mean(every))
