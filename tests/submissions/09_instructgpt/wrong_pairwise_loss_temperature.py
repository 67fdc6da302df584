# misconception: 差を 0.1 倍する（DPO の β）
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid(0.1 * (chosen - rejected - margin)).mean()
