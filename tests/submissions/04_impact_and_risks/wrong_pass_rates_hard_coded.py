# misconception: 見えるテストの値を書いてある
# scores: pass-rates-test=0
# %% grade_id="pass-rates"
KNOWN = {(5, 2, 1): (0.4, 0.4), (6, 0, 3): (0, 0), (4, 4, 4): (1, 1), (5, 3, 3): (1, 0.1), (6, 2, 2): (0.6, 1 / 15)}


def pass_rates(passed, k):
    if min(map(len, passed)) < k:
        raise ValueError(k)
    found = [KNOWN.get((len(a), sum(a), k), (1 - (1 - sum(a) / len(a)) ** k, (sum(a) / len(a)) ** k)) for a in passed]
    return tuple(float(x) for x in np.mean(found, axis=0))
