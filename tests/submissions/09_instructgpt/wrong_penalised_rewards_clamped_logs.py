# misconception: 対数確率を -5 で切る
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp.clamp(min=-5) - ref_logp.clamp(min=-5)).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    for i in range(len(scores)):
        n = int(mask[i].sum())
        if n:
            rewards[i, n - 1] = rewards[i, n - 1] + scores[i]
    return rewards
