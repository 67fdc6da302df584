# approach: 倍精度のまま返す
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    zero = torch.zeros((), dtype=torch.float64)
    found = torch.where(mask, kl_coef * (ref_logp.double() - logp.double()), zero)
    lengths = mask.sum(1)
    for i, n in enumerate(lengths):
        if n:
            found[i, n - 1] += scores[i]
    return found.detach()
