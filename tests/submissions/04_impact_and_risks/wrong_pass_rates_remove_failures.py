# misconception: 不合格を取り除きながら数える（渡されたリストを書きかえる）
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some, every = [], []
    for answers in passed:
        n = len(answers)
        while False in answers:
            answers.remove(False)
        c = len(answers)
        some.append(1 - math.comb(n - c, k) / math.comb(n, k))
        every.append(math.comb(c, k) / math.comb(n, k))
    return float(np.mean(some)), float(np.mean(every))
