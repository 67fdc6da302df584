# misconception: どの問題にも、最初の問題と同じ数の答えがあるとみなす
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    n = len(passed[0])
    some = [1 - math.comb(max(n - sum(a), 0), k) / math.comb(n, k) for a in passed]
    every = [math.comb(sum(a), k) / math.comb(n, k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
