# approach: log_softmax の初めの列
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    both = torch.stack((chosen - (0.0 if margin is None else margin), rejected))
    return -both.log_softmax(0)[0].mean()
