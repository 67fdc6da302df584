# approach: share の勾配を最後に切る
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    old_logp = old_logp.detach().clone()
    advantages = advantages.detach().clone()
    difference = (logp - old_logp).masked_fill(~mask, 0.0)
    gain = advantages.masked_fill(~mask, 0.0)
    ratio = difference.exp()
    plain, cut = ratio * gain, torch.clip(ratio, 1 - clip, 1 + clip) * gain
    total = mask.sum()
    return torch.minimum(plain, cut).sum() / total, ((plain - cut) > 0).sum().float() / total
