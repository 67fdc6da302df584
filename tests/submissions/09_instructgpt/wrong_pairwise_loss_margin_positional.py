# misconception: margin が None のとき、None を計算に使う
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=0.0):
    return -torch.nn.functional.logsigmoid(chosen - rejected - margin).mean()
