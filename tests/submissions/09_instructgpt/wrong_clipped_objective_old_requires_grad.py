# misconception: 古い方策の勾配を、同じテンソルのときだけ切る
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    advantages = advantages.detach()
    ratio = (logp - (old_logp.detach() if old_logp is logp else old_logp)).exp()
    plain = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    lower = torch.min(plain, clipped)
    count = mask.sum()
    objective = (lower * mask).sum() / count
    share = ((clipped < plain) * mask).sum() / count
    return objective, share
