# misconception: 偏りを直した区間（BCa）を使う
# scores: win-rate-test=0
# %% grade_id="win-rate"
from scipy import stats


def win_rate(outcomes, starts, draws, generator):
    worth = {"win": 1.0, "tie": 0.5, "loss": 0.0}
    names = list(dict.fromkeys(starts))
    sums = np.array([sum(worth[o] for o, s in zip(outcomes, starts) if s == name) for name in names])
    sizes = np.array([starts.count(name) for name in names], dtype=float)
    rate = float(sums.sum() / sizes.sum())
    if len(names) == 1 or len(set(sums / sizes)) == 1 or draws < 9:
        return rate, rate, rate

    def mean(one, other, axis=-1):
        return one.sum(axis=axis) / other.sum(axis=axis)

    found = stats.bootstrap((sums, sizes), mean, paired=True, n_resamples=draws, rng=generator).confidence_interval
    return rate, float(found.low), float(found.high)
