# approach: PyTorch で計算する
# %% grade_id="win-rate"
def win_rate(outcomes, starts, draws, generator):
    torch_generator = torch.Generator().manual_seed(int(generator.integers(2**31)))
    worth = torch.tensor([{"win": 1.0, "tie": 0.5, "loss": 0.0}[one] for one in outcomes], dtype=torch.float64)
    names = sorted(set(starts))
    member = torch.tensor([[start == name for start in starts] for name in names], dtype=torch.float64)
    chosen = torch.randint(len(names), (draws, len(names)), generator=torch_generator)
    means = (member @ worth)[chosen].sum(1) / member.sum(1)[chosen].sum(1)
    low, high = torch.quantile(means, torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return worth.mean().item(), low, high
