# misconception: 点を、答えの長さで掛ける
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.where(mask, -kl_coef * (logp - ref_logp), 0.0)
        for i, n in enumerate(mask.sum(1).tolist()):
            if n:
                rewards[i, n - 1] += scores[i] * n
    return rewards
