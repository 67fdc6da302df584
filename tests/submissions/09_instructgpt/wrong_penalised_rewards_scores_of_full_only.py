# misconception: 空でない答えに、点を前から順に割り当てる
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.where(mask, -kl_coef * (logp - ref_logp), 0.0)
        full = [i for i in range(len(mask)) if mask[i].any()]
        for k, i in enumerate(full):
            rewards[i, int(mask[i].sum()) - 1] += scores[k]
    return rewards
