# misconception: 指数どうしの比を計算する（大きい報酬で nan）
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.log(chosen.exp() / (chosen.exp() + (rejected + margin).exp())).mean()
