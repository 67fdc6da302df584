# misconception: margin の絶対値を引く
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin.abs()
    return -torch.nn.functional.logsigmoid(gap).mean()
