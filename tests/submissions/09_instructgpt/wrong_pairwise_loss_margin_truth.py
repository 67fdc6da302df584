# misconception: margin をそのまま if に入れる
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if not margin:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid(chosen - rejected - margin).mean()
