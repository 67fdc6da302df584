# misconception: kl_coef で割る
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -penalty / kl_coef if kl_coef else 0 * penalty
    for i in range(len(scores)):
        n = int(mask[i].sum())
        if n:
            rewards[i, n - 1] = rewards[i, n - 1] + scores[i]
    return rewards
