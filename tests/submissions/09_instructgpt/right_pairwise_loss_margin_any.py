# approach: margin が全部 0 なら、引かない
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None and bool(margin.any()):
        gap = gap - margin
    return -torch.nn.functional.logsigmoid(gap).mean()
