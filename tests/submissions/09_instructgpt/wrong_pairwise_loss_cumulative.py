# misconception: 前の組の差も足していく
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    return -torch.nn.functional.logsigmoid(gap.cumsum(0)).mean()
