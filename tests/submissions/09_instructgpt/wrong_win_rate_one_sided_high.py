# misconception: 片側: 下の端はいちばん小さい値、上の端は 95 パーセンタイル
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
    low, high = np.percentile(means, [0, 95])
    return sum(values) / len(values), float(low), float(high)
