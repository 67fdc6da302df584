# misconception: margin があると、良いほうの勾配を切る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = chosen.detach() - rejected - margin
    return -torch.nn.functional.logsigmoid(gap).mean()
