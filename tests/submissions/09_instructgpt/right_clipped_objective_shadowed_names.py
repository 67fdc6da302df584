# approach: min や sum などの名前を、セルの変数に使う
# %% grade_id="clipped-objective"
min, sum, zip, max, all, abs, float, bool = 0, 1, 2, 3, 4, 5, 6, 7


def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    sum = torch.exp(logp - old_logp.detach())[mask]
    all = advantages.detach()[mask]
    min, max = sum * all, sum.clamp(1 - clip, 1 + clip) * all
    return torch.minimum(min, max).mean(), (max < min).sum().item() / mask.sum().item()
