# approach: 損失の大きいほうを取り、最後に符号を変える
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    gain = -advantages.detach()
    ratio = torch.exp(logp - old_logp.detach())
    one, two = gain * ratio, gain * torch.clamp(ratio, 1.0 - clip, 1.0 + clip)
    loss = torch.max(one, two)[mask].mean()
    return -loss, (two > one)[mask].float().mean()
