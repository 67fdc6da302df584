# misconception: クリップがあったかどうかを返す
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp - old_logp.detach())
    gain = advantages.detach()
    plain, held = ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain
    n = mask.sum()
    return (torch.minimum(plain, held) * mask).sum() / n, bool(((held < plain) & mask).any())
