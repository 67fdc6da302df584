# misconception: 1 より小さい差だけを罰する
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.relu(1 + margin - (chosen - rejected)).mean()
