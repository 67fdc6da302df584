# misconception: 差を、標準偏差で割る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid((chosen - rejected - margin) / ((chosen - rejected).std(correction=0) + 1e-6)).mean()
