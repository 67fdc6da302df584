# misconception: 講義の pass@k だけを書き、every にも同じ値を返す
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    rates = []
    for a in passed:
        n, c = len(a), sum(a)
        rates.append(1.0 if n - c < k else 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))
    return float(np.mean(rates)), float(np.mean(rates))
