# misconception: 合格率から 1-(1-p)^k と p^k を計算する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    rates = [sum(answers) / len(answers) for answers in passed]
    return float(np.mean([1 - (1 - p) ** k for p in rates])), float(np.mean([p**k for p in rates]))
