# approach: logsumexp から、良いほうを引く
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    good = chosen if margin is None else chosen - margin
    return (torch.logsumexp(torch.stack([good, rejected], -1), -1) - good).mean()
