# approach: 累積和の段を、点の位置に直す
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    count = mask.cumsum(1)
    last = mask & (count == count[:, -1:])
    zero = torch.zeros_like(logp)
    kl = torch.where(mask, logp.detach(), zero) - torch.where(mask, ref_logp.detach(), zero)
    return torch.diag(scores) @ last.to(logp.dtype) - kl_coef * kl
