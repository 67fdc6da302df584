# approach: where を 2 回使う
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.inference_mode():
        gap = torch.where(mask, logp, 0) - torch.where(mask, ref_logp, 0)
        rewards = -(kl_coef * gap)
        for row, real, score in zip(rows := rewards.clone(), mask, scores):
            if real.any():
                row[real.nonzero()[-1]] += score
    return rows.clone()
