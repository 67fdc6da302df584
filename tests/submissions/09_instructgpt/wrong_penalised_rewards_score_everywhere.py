# misconception: 点を、どのトークンにも足す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    rewards = rewards + scores[:, None] * mask
    return rewards
