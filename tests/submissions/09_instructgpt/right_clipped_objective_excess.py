# approach: はみ出した分を引く
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp - old_logp.detach())
    gain = advantages.detach()
    over = torch.where(gain > 0, (ratio - 1 - clip).clamp(min=0), torch.where(gain < 0, (ratio - 1 + clip).clamp(max=0), 0.0))
    n = int(mask.sum())
    return ((ratio - over) * gain)[mask].sum() / n, float((over != 0)[mask].sum()) / n
