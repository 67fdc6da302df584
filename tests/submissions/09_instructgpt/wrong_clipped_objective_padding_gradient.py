# misconception: パディングにも勾配が流れる
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp - old_logp.detach())
    gain = advantages.detach()
    plain, held = ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain
    n = mask.sum()
    return (torch.minimum(plain, held) * mask).sum() / n + 0 * ratio.detach().sum() + (ratio - ratio.detach())[~mask].sum(), ((held < plain) & mask).sum() / n
