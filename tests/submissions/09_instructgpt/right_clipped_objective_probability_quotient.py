# approach: 確率に直してから割る
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = logp.exp() / old_logp.exp().detach()
    gain = advantages.data
    both = torch.stack([ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain])
    return both.min(0).values[mask].mean(), torch.mean((both[1] < both[0])[mask].float())
