# approach: 初めの False の一つ前に足す（なければ右端）
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.zeros_like(logp)
        rewards[mask] = kl_coef * (ref_logp - logp)[mask]
        for i in range(len(mask)):
            if mask[i, 0]:
                stop = int(mask[i].int().argmin())
                rewards[i, stop - 1] += scores[i]
    return rewards
