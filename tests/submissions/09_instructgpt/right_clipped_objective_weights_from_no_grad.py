# approach: 勾配のない係数を、比に掛ける
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    with torch.no_grad():
        past = old_logp * 1.0
        now = torch.exp(logp - past)
        stopped = mask & (((advantages > 0) & (now > 1 + clip)) | ((advantages < 0) & (now < 1 - clip)))
        limit = torch.where(advantages > 0, 1 + clip, 1 - clip)
        constant = (limit * advantages * stopped).sum()
        weight = advantages * (mask & ~stopped)
        n = mask.sum()
    return ((torch.exp(logp - past) * weight).sum() + constant) / n, stopped.sum() / n
