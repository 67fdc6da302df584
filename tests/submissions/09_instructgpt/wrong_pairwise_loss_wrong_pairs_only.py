# misconception: 順位が違う組だけで平均する
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid(chosen - rejected - margin)[chosen < rejected].sum() / max(1, int((chosen < rejected).sum()))
