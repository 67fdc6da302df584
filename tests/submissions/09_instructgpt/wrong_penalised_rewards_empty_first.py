# misconception: 空の答えで、左端に点を足す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    for i in range(len(scores)):
        n = int(mask[i].sum())
        rewards[i, max(n - 1, 0)] = rewards[i, max(n - 1, 0)] + scores[i]
    return rewards
