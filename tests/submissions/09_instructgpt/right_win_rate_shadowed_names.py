# approach: sum や list などの名前を、セルの変数に使う
# %% grade_id="win-rate"
list_, sum_, zip_, len_, range_ = list, sum, zip, len, range
list, sum, zip, len, range, abs, all, tuple, bool = 0, 1, 2, 3, 4, 5, 6, 7, 8


def win_rate(outcomes, starts, draws, generator):
    values = [{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes]
    groups = {}
    for value, start in zip_(values, starts):
        groups.setdefault(start, []).append(value)
    groups = list_(groups.values())
    sums, sizes = np.array([sum_(g) for g in groups]), np.array([len_(g) for g in groups])
    chosen = generator.integers(len_(groups), size=(draws, len_(groups)))
    means = sums[chosen].sum(1) / sizes[chosen].sum(1)
    return sum_(values) / len_(values), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))
