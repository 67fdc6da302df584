# misconception: シグモイドに 1e-8 を足して、対数を取る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.log(torch.sigmoid(chosen - rejected - margin) + 1e-8).mean()
