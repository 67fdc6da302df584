# approach: 初めに True のトークンだけを取り出す
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    new, old, gain = logp[mask], old_logp[mask].detach(), advantages[mask].detach()
    ratio = torch.exp(new - old)
    first, second = ratio * gain, torch.clamp(ratio, 1 - clip, 1 + clip) * gain
    return torch.minimum(first, second).mean(), float((second < first).double().mean())
