# misconception: シグモイドの代わりに tanh
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.log((1 + torch.tanh(chosen - rejected - margin)) / 2 + 1e-45).mean()
