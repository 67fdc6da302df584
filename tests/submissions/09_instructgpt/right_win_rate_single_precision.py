# approach: 単精度で計算する
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    worth = torch.tensor([{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes])
    names = {name: number for number, name in enumerate(dict.fromkeys(starts))}
    where = torch.tensor([names[start] for start in starts])
    k = len(names)
    sums = torch.zeros(k).index_add(0, where, worth)
    sizes = torch.zeros(k).index_add(0, where, torch.ones(len(starts)))
    chosen = torch.from_numpy(generator.integers(k, size=(draws, k)))
    means = sums[chosen].sum(1) / sizes[chosen].sum(1)
    low, high = (torch.quantile(means, one).item() for one in (0.025, 0.975))
    return worth.mean().item(), low, high
