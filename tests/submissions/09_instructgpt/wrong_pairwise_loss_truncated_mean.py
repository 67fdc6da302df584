# misconception: いちばん大きい損失を除いて平均する
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    losses = -torch.nn.functional.logsigmoid(gap)
    return losses.sort().values[: max(1, len(losses) - 1)].mean()
