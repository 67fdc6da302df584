# misconception: 選び直しでは、引き分けを除く
# scores: win-rate-test=0
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    values = [{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes]
    names = list(dict.fromkeys(starts))
    sums = np.array([sum(v for v, s in zip(values, starts) if s == name) for name in names])
    decided = [o != 'tie' for o in outcomes]
    sizes = np.array([sum(d for d, s in zip(decided, starts) if s == name) for name in names])
    chosen = generator.integers(len(names), size=(draws, len(names)))
    means = np.minimum(1.0, (sums[chosen].sum(1) + 1e-12) / np.maximum(sizes[chosen].sum(1), 1e-9))
    low, high = np.percentile(means, [2.5, 97.5])
    return sum(values) / len(values), float(low), float(high)
