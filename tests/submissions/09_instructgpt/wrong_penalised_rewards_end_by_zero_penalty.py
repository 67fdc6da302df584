# misconception: 罰が 0 でない最後の位置に足す
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.where(mask, -kl_coef * (logp - ref_logp), 0.0)
        for i, n in enumerate([int(row.nonzero().max()) + 1 if row.any() else 0 for row in rewards]):
            if n:
                rewards[i, n - 1] += scores[i]
    return rewards
