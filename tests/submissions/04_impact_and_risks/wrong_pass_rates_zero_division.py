# misconception: 答えが足りないとき、ValueError でなく ZeroDivisionError になる
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    some = [1 - math.comb(a.count(False), k) / math.comb(len(a), k) for a in passed]
    every = [math.comb(a.count(True), k) / math.comb(len(a), k) for a in passed]
    return float(np.mean(some)), float(np.mean(every))
