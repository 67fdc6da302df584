# misconception: 対数の差を、比とする
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    advantages = advantages.detach()
    ratio = logp - old_logp.detach()
    plain = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    lower = torch.min(plain, clipped)
    count = mask.sum()
    objective = (lower * mask).sum() / count
    share = ((clipped < plain) * mask).sum() / count
    return objective, share
