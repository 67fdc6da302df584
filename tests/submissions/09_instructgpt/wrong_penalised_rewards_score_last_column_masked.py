# misconception: 点を、行の右端に足してから、パディングを消す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    rewards[:, -1] += scores
    rewards = rewards * mask
    return rewards
