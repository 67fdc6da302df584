# approach: 答えだけを取り出し、あとで右を埋める
# %% grade_id="penalised-rewards"
def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    rows = []
    for score, ours, theirs, real in zip(scores.detach(), logp.detach(), ref_logp.detach(), mask):
        row = kl_coef * (theirs[real] - ours[real])
        if row.numel():
            row = torch.cat([row[:-1], (row[-1] + score)[None]])
        rows.append(torch.nn.functional.pad(row, (0, len(real) - row.numel())))
    return torch.stack(rows)
