# misconception: 比の対数を、clip でクリップする
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp - old_logp.detach())
    gain = advantages.detach()
    plain, held = ratio * gain, ratio.log().clamp(-clip, clip).exp() * gain
    n = mask.sum()
    return (torch.minimum(plain, held) * mask).sum() / n, ((held < plain) & mask).sum() / n
