# approach: 比を expm1 から計算する
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.expm1(logp - old_logp.detach()) + 1
    gain = advantages.detach()
    plain, held = ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain
    n = mask.sum()
    return (torch.minimum(plain, held) * mask).sum() / n, ((held < plain) & mask).sum() / n
