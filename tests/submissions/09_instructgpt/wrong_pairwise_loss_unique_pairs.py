# misconception: 同じ差の組を、1 回だけ数える
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    return -torch.nn.functional.logsigmoid(gap.round(decimals=0)).mean()
