# approach: scipy の超幾何分布を使う
# %% grade_id="pass-rates"
from scipy.stats import hypergeom


def pass_rates(passed, k):
    if min(len(answers) for answers in passed) < k:
        raise ValueError(k)
    laws = [hypergeom(len(answers), sum(answers), k) for answers in passed]
    return float(np.mean([1 - law.pmf(0) for law in laws])), float(np.mean([law.pmf(k) for law in laws]))
