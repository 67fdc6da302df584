# approach: mask を重みにして、内積を取る
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    weight = mask.float() / mask.float().sum()
    advantages = advantages.detach()
    ratio = torch.exp(logp - old_logp.detach())
    clipped = torch.clamp(ratio, 1 - clip, 1 + clip)
    chosen = torch.minimum(ratio * advantages, clipped * advantages)
    share = torch.einsum("it,it->", (clipped * advantages < ratio * advantages).float(), weight)
    return torch.einsum("it,it->", chosen, weight), share
