# misconception: 勾配を計算しない
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    with torch.no_grad():
        return -torch.nn.functional.logsigmoid(chosen - rejected - margin).mean()
