# misconception: 罰を、前から足していく
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.where(mask, -kl_coef * torch.where(mask, logp - ref_logp, 0.0).cumsum(1), 0.0)
        for i, n in enumerate(mask.sum(1).tolist()):
            if n:
                rewards[i, n - 1] += scores[i]
    return rewards
