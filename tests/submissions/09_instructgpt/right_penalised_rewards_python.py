# approach: Python の数で、1 トークンずつ計算する
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    rows = []
    for i in range(logp.shape[0]):
        row = []
        for t in range(logp.shape[1]):
            if not mask[i, t]:
                row.append(0.0)
                continue
            value = -kl_coef * (logp[i, t].item() - ref_logp[i, t].item())
            if t + 1 == logp.shape[1] or not mask[i, t + 1]:
                value += scores[i].item()
            row.append(value)
        rows.append(row)
    return torch.tensor(rows)
