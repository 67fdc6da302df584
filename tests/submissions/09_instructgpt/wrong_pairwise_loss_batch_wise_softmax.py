# misconception: 組をまたいで softmax を取る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -(chosen - rejected - margin).log_softmax(0).mean()
