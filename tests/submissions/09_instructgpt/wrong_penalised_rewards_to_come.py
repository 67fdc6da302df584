# misconception: 残りの報酬の合計（収益）を返す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    penalty = (logp - ref_logp).detach().masked_fill(~mask, 0)
    rewards = -kl_coef * penalty
    for i in range(len(scores)):
        n = int(mask[i].sum())
        if n:
            rewards[i, n - 1] = rewards[i, n - 1] + scores[i]
    return rewards.flip(1).cumsum(1).flip(1) * mask
