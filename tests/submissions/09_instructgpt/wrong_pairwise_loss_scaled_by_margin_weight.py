# misconception: margin を、組の重みに使う
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    weight = 1.0 if margin is None else 1 + margin
    return (-torch.nn.functional.logsigmoid(gap) * weight).mean()
