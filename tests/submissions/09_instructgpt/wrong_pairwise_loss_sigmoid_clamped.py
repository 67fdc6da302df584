# misconception: シグモイドを 1e-7 以上に切る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.log(torch.sigmoid(chosen - rejected - margin).clamp(min=1e-7)).mean()
