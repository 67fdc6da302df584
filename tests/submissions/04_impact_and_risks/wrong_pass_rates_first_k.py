# misconception: 最初の k 個だけを見る
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    return float(np.mean([any(a[:k]) for a in passed])), float(np.mean([all(a[:k]) for a in passed]))
