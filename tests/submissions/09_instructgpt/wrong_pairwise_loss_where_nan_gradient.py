# misconception: where で inf を避けるが、勾配が nan になる
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.where(chosen - rejected - margin < -30, -(chosen - rejected - margin), torch.log1p(torch.exp(-(chosen - rejected - margin)))).mean()
