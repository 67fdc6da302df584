# approach: アドバンテージの符号で分ける
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    old_logp, advantages = old_logp.detach(), advantages.detach()
    ratio = torch.exp(logp - old_logp)
    upper = torch.where(advantages > 0, 1 + clip, torch.inf)
    lower = torch.where(advantages < 0, 1 - clip, -torch.inf)
    stopped = ((ratio > upper) | (ratio < lower)) & mask
    held = torch.maximum(torch.minimum(ratio, upper), lower)
    n = mask.sum()
    return (held * advantages)[mask].sum() / n, stopped.sum().item() / n.item()
