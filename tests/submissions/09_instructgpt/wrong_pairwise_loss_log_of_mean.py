# misconception: 確率を平均してから、対数を取る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.sigmoid((chosen - rejected - margin)).mean().clamp(min=1e-30).log()
