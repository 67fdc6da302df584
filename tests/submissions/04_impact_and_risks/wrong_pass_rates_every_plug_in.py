# misconception: some は正しいが、every を p^k とする
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some = [1 - math.comb(answers.count(False), k) / math.comb(len(answers), k) for answers in passed]
    every = [(sum(answers) / len(answers)) ** k for answers in passed]
    return float(np.mean(some)), float(np.mean(every))
