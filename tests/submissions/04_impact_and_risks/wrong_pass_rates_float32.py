# misconception: float32 で計算し、桁が足りない
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = np.array([1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed], "float32")
    every = np.array([math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed], "float32")
    return float(some.mean()), float(every.mean())
