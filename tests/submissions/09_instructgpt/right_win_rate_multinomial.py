# approach: 書き出しが選ばれる回数を、多項分布から引く
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    value = np.array([{"win": 1, "tie": 0.5, "loss": 0}[one] for one in outcomes])
    names, where = np.unique(starts, return_inverse=True)
    k = len(names)
    total, size = np.bincount(where, value, k), np.bincount(where, minlength=k)
    times = generator.multinomial(k, np.full(k, 1 / k), size=draws)
    means = times @ total / (times @ size)
    return value.mean(), np.quantile(means, 0.025), np.quantile(means, 0.975)
