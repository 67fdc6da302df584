# misconception: くじを引いて割合を数える
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
import random


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    chance = random.Random(0)
    draws = [[chance.sample(a, k) for _ in range(300)] for a in passed]
    some = np.mean([[any(d) for d in one] for one in draws])
    return float(some), float(np.mean([[all(d) for d in one] for one in draws]))
