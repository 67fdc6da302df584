# misconception: 差の小さい組を、引き分けとして除く
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    clear = gap.abs() > 0.1
    gap = gap[clear] if clear.any() else gap
    return -torch.nn.functional.logsigmoid(gap).mean()
