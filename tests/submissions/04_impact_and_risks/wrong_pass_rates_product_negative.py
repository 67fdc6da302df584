# misconception: 積の途中で負になるのを止めない
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some, every = [], []
    for a in passed:
        n, c = len(a), sum(a)
        some.append(1 - math.prod((n - c - i - 0.5) / (n - i) for i in range(k)))
        every.append(math.prod((c - i) / (n - i) for i in range(k)))
    return float(np.mean(some)), float(np.mean(every))
