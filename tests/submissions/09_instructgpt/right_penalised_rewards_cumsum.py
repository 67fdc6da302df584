# approach: 右から数えて 1 番目の True が、最後のトークン
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    logp, ref_logp = logp.detach(), ref_logp.detach()
    left = mask.flip(1).cumsum(1).flip(1)
    table = torch.zeros_like(logp)
    table[mask] = kl_coef * (ref_logp[mask] - logp[mask])
    return table + scores[:, None] * ((left == 1) & mask)
