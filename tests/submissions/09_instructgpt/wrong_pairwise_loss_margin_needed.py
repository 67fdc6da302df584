# misconception: margin が None のときに落ちる
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    return -torch.nn.functional.logsigmoid(chosen - rejected - margin).mean()
