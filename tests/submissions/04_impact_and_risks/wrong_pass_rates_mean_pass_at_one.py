# misconception: k を使わず、合格の割合を返す
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    share = float(np.mean([sum(a) / len(a) for a in passed]))
    return share, share
