# misconception: 組を全部並べて数える（答えが多いと終わらない）
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
from itertools import combinations


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    some, every = [], []
    for answers in passed:
        hits = total = full = 0
        for chosen in combinations(answers, k):
            total += 1
            hits += any(chosen)
            full += all(chosen)
        some.append(hits / total)
        every.append(full / total)
    return sum(some) / len(some), sum(every) / len(every)
