# approach: scatter_add で点を置く
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    kl = torch.where(mask, logp - ref_logp, torch.zeros_like(logp)).detach()
    rewards = -kl_coef * kl
    last = (mask.long().sum(1, keepdim=True) - 1).clamp(min=0)
    point = torch.where(mask.any(1), scores, torch.zeros_like(scores))[:, None]
    return rewards.scatter_add(1, last, point)
