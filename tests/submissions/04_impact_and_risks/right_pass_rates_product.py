# approach: 小さな割り算を順にかけていく（階乗を使わない）
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    some, every = [], []
    for answers in passed:
        n, c = len(answers), sum(answers)
        if n < k:
            raise ValueError("答えが足りません。")
        none = all_pass = 1.0
        for drawn in range(k):
            none *= max(n - c - drawn, 0) / (n - drawn)
            all_pass *= max(c - drawn, 0) / (n - drawn)
        some.append(1 - none)
        every.append(all_pass)
    return sum(some) / len(some), sum(every) / len(every)
