# misconception: 全部の問題の答えを合わせてから計算する
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    pool = [one for answers in passed for one in answers]
    ways = math.comb(len(pool), k)
    return 1 - math.comb(pool.count(False), k) / ways, math.comb(pool.count(True), k) / ways
