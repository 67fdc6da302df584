# approach: NumPy で計算する
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    ours, theirs, real = logp.detach().numpy(), ref_logp.detach().numpy(), mask.numpy()
    table = np.zeros(ours.shape, dtype=np.float32)
    table[real] = kl_coef * (theirs[real] - ours[real])
    for i, n in enumerate(real.sum(1)):
        if n > 0:
            table[i, n - 1] += float(scores[i])
    return torch.from_numpy(table)
