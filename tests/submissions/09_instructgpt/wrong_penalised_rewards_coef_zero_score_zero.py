# misconception: kl_coef が 0 のとき、0 を返す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    if not kl_coef:
        return torch.zeros_like(logp).detach()
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    for i in range(len(scores)):
        n = int(mask[i].sum())
        if n:
            rewards[i, n - 1] = rewards[i, n - 1] + scores[i]
    return rewards
