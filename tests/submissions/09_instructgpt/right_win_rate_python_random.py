# approach: generator から種を引き、標準の random で選ぶ
# %% grade_id="win-rate"
import random


def win_rate(outcomes, starts, draws, generator):
    chance = random.Random(int(generator.integers(2**63)))
    rows = {}
    for i, start in enumerate(starts):
        rows.setdefault(start, []).append({"win": 1.0, "tie": 0.5, "loss": 0.0}[outcomes[i]])
    groups, means = list(rows.values()), []
    for _ in range(draws):
        values = [one for group in chance.choices(groups, k=len(groups)) for one in group]
        means.append(float(np.mean(values)))
    every = [one for group in groups for one in group]
    return sum(every) / len(every), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))
