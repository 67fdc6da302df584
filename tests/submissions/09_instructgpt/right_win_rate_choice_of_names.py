# approach: 書き出しの名前を、choice で選ぶ
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    def worth(outcome):
        return 1.0 if outcome == "win" else 0.0 if outcome == "loss" else 0.5

    table = {}
    for start, outcome in zip(starts, outcomes):
        points, count = table.get(start, (0.0, 0))
        table[start] = (points + worth(outcome), count + 1)
    names, means = sorted(table), []
    for _ in range(draws):
        again = [table[name] for name in generator.choice(names, size=len(names), replace=True)]
        means.append(sum(points for points, _ in again) / sum(count for _, count in again))
    low, high = np.percentile(means, 2.5), np.percentile(means, 97.5)
    return sum(map(worth, outcomes)) / len(outcomes), low, high
