# misconception: 初めのトークンの罰を入れない
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    rewards[:, 0] = 0
    for i in range(len(scores)):
        n = int(mask[i].sum())
        if n:
            rewards[i, n - 1] = rewards[i, n - 1] + scores[i]
    return rewards
