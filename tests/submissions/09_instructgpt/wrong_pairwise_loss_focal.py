# misconception: 確率の低い組を重くする
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -((1 - torch.sigmoid(chosen - rejected - margin)) * torch.nn.functional.logsigmoid(chosen - rejected - margin)).mean()
