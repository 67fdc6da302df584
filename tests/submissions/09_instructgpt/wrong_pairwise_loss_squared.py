# misconception: 差の 2 乗
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return ((1 - (chosen - rejected - margin)) ** 2).mean()
