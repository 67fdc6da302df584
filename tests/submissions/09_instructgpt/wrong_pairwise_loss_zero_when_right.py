# misconception: 順位が正しい組の損失を 0 にする
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.where(chosen - rejected > margin, 0 * chosen, -torch.nn.functional.logsigmoid(chosen - rejected - margin)).mean()
