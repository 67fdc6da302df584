# misconception: margin があるときだけ、勾配を切る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    if margin.any():
        rejected = rejected.detach()
    return -torch.nn.functional.logsigmoid(chosen - rejected - margin).mean()
