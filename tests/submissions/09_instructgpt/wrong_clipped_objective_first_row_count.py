# misconception: 初めの行の長さで割る
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    advantages = advantages.detach()
    ratio = (logp - old_logp.detach()).exp()
    plain = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    lower = torch.min(plain, clipped)
    count = mask[0].sum().clamp(min=1) * len(mask)
    objective = (lower * mask).sum() / count
    share = ((clipped < plain) * mask).sum() / count
    return objective, share
