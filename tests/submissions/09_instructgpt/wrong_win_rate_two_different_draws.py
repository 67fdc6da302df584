# misconception: 分子と分母で、別々に選ぶ
# scores: win-rate-test=0
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    values = [{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes]
    names = list(dict.fromkeys(starts))
    sums = np.array([sum(v for v, s in zip(values, starts) if s == name) for name in names])
    sizes = np.array([starts.count(name) for name in names])
    chosen = generator.integers(len(names), size=(draws, len(names)))
    means = (sums[chosen].sum(1) / sizes[generator.integers(len(names), size=(draws, len(names)))].sum(1)).clip(0, 1)
    low, high = np.percentile(means, [2.5, 97.5])
    return sum(values) / len(values), float(low), float(high)
