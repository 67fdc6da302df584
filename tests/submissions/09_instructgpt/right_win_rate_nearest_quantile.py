# approach: 補間しないパーセンタイル
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    value = np.array([1.0 if one == "win" else 0.5 if one == "tie" else 0.0 for one in outcomes])
    starts = np.array(starts)
    groups = [value[starts == name] for name in np.unique(starts)]
    means = [
        np.concatenate([groups[number] for number in generator.choice(len(groups), len(groups))]).mean()
        for _ in range(draws)
    ]
    return value.mean(), np.percentile(means, 2.5, method="nearest"), np.percentile(means, 97.5, method="higher")
