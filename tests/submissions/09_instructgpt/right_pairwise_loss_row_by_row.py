# approach: 1 組ずつ計算して、平均する
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    losses = []
    for i in range(len(chosen)):
        gap = chosen[i] - rejected[i]
        if margin is not None:
            gap = gap - margin[i]
        losses.append(torch.nn.functional.softplus(-gap))
    return torch.stack(losses).mean()
