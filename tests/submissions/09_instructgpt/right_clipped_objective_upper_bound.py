# approach: A に上限 A(1 ± ε) をかぶせる
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    a = advantages.detach()
    ceiling = torch.where(a >= 0, (1 + clip) * a, (1 - clip) * a)
    value = torch.exp(logp - old_logp.detach()) * a
    n = mask.sum()
    return torch.where(mask, torch.minimum(value, ceiling), 0.0).sum() / n, ((value > ceiling) & mask).sum() / n
