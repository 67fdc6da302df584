# approach: 一回ごとに、generator から生まれた generator を使う
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    points = {"win": 1.0, "tie": 0.5, "loss": 0.0}
    groups = {start: [points[o] for o, s in zip(outcomes, starts) if s == start] for start in starts}
    groups, means = list(groups.values()), []
    for child in generator.spawn(draws):
        picked = [groups[i] for i in child.integers(len(groups), size=len(groups))]
        means.append(sum(map(sum, picked)) / sum(map(len, picked)))
    values = [points[one] for one in outcomes]
    return sum(values) / len(values), *map(float, np.quantile(means, [0.025, 0.975]))
