# misconception: 標準偏差の 1 倍
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
    middle = sum(values) / len(values)
    low, high = max(0, middle - np.std(means)), min(1, middle + np.std(means))
    return sum(values) / len(values), float(low), float(high)
