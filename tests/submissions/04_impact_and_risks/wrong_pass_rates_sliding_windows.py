# misconception: 続いた k 個だけを数える
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    groups = [[a[i : i + k] for i in range(len(a) - k + 1)] for a in passed]
    some = [sum(map(any, g)) / len(g) for g in groups]
    return float(np.mean(some)), float(np.mean([sum(map(all, g)) / len(g) for g in groups]))
