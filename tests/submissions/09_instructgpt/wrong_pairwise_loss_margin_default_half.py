# misconception: margin がないとき、0.5 とする
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    gap = gap - (0.5 if margin is None else margin)
    return -torch.nn.functional.logsigmoid(gap).mean()
