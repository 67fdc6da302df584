# misconception: 1 つでも合格があれば some を 1 とする
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean([any(a) for a in passed])), float(np.mean(every))
