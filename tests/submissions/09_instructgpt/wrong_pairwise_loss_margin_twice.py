# misconception: margin を、両方の報酬に使う
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - 2 * margin
    return -torch.nn.functional.logsigmoid(gap).mean()
