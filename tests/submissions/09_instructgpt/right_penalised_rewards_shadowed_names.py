# approach: abs や zip などの名前を、セルの変数に使う
# %% grade_id="penalised-rewards"
abs, zip, len, all, max, range = 0, 1, 2, 3, 4, 5


def penalised_rewards(scores, logp, ref_logp, mask, kl_coef):
    with torch.no_grad():
        max = mask.sum(1)
        len = torch.where(mask, ref_logp - logp, 0.0) * kl_coef
        for zip, abs in enumerate(max.tolist()):
            if abs:
                len[zip, abs - 1] += scores[zip]
    return len
