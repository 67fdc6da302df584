# approach: 空でない行の番号に、まとめて足す
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    rewards = torch.zeros(logp.shape)
    difference = (logp - ref_logp).detach()
    rewards[mask] = -kl_coef * difference[mask]
    rows = torch.nonzero(mask.sum(1) > 0).squeeze(1)
    rewards[rows, mask.sum(1)[rows] - 1] += scores[rows]
    return rewards
