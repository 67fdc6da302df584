# approach: 名前の付いたタプルを返す
# %% grade_id="win-rate"
from collections import namedtuple

Rate = namedtuple("Rate", "rate low high")


def win_rate(outcomes, starts, draws, generator):
    values = np.select([np.array(outcomes) == "win", np.array(outcomes) == "tie"], [1.0, 0.5], 0.0)
    _, where = np.unique(np.array(starts), return_inverse=True)
    k = where.max() + 1
    means = np.empty(draws)
    for place in range(draws):
        times = np.bincount(generator.integers(k, size=k), minlength=k)
        means[place] = np.average(values, weights=times[where])
    return Rate(values.mean(), *np.quantile(means, [0.025, 0.975], method="lower"))
