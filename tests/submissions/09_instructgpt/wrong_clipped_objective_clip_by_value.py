# misconception: 比の外側のトークンを、1 にする
# scores: clipped-objective-test=0
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp - old_logp.detach())
    gain = advantages.detach()
    plain, held = ratio * gain, torch.where((ratio - 1).abs() > clip, torch.ones_like(ratio), ratio) * gain
    n = mask.sum()
    return (torch.minimum(plain, held) * mask).sum() / n, ((held < plain) & mask).sum() / n
