# approach: SciPy の bootstrap（percentile）に、書き出しの組を渡す
# %% grade_id="win-rate"
from scipy import stats


def win_rate(outcomes, starts, draws, generator):
    worth = {"win": 1.0, "tie": 0.5, "loss": 0.0}
    names = list(dict.fromkeys(starts))
    sums = np.array([sum(worth[o] for o, s in zip(outcomes, starts) if s == name) for name in names])
    sizes = np.array([starts.count(name) for name in names], dtype=float)
    rate = sums.sum() / sizes.sum()
    if len(names) == 1:
        return rate, rate, rate

    def mean(one, other, axis=-1):
        return one.sum(axis=axis) / other.sum(axis=axis)

    found = stats.bootstrap(
        (sums, sizes), mean, paired=True, vectorized=True, n_resamples=draws, method="percentile", rng=generator
    )
    return rate, found.confidence_interval.low, found.confidence_interval.high
