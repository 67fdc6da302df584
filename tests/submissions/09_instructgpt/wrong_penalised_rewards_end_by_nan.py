# misconception: nan の手前を、最後のトークンとする
# scores: penalised-rewards-test=0
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        rewards = torch.where(mask, -kl_coef * (logp - ref_logp), 0.0)
        for i, n in enumerate((~logp.isnan() & mask).sum(1).tolist() if logp.isnan().any() else [logp.shape[1] * bool(row.any()) for row in mask]):
            if n:
                rewards[i, n - 1] += scores[i]
    return rewards
