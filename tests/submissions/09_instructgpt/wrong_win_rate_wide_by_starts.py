# misconception: 区間を、k / (k - 1) の平方根で広げる
# scores: win-rate-test=0
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    values = [{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes]
    groups = {}
    for value, start in zip(values, starts):
        groups.setdefault(start, []).append(value)
    groups = list(groups.values())
    means = []
    for _ in range(draws):
        chosen = generator.integers(0, len(groups), len(groups))
        picked = [value for number in chosen for value in groups[number]]
        means.append(sum(picked) / len(picked))
    low, high = np.percentile(means, [2.5, 97.5])
    p, k = sum(values) / len(values), len(groups)
    wide = (k / max(1, k - 1)) ** 0.5
    low, high = max(0, p + (low - p) * wide), min(1, p + (high - p) * wide)
    return sum(values) / len(values), float(low), float(high)
