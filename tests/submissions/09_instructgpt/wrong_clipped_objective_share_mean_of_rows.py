# misconception: 割合を、行ごとに平均する
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    advantages = advantages.detach()
    ratio = (logp - old_logp.detach()).exp()
    plain = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    lower = torch.min(plain, clipped)
    count = mask.sum()
    objective = (lower * mask).sum() / count
    share = (((clipped < plain) * mask).sum(1) / mask.sum(1).clamp(min=1)).mean()
    return objective, share
