# approach: 二つの報酬を、2 択の交差エントロピーにする
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    good = chosen if margin is None else chosen - margin
    logits = torch.stack([good, rejected], dim=1)
    return torch.nn.CrossEntropyLoss()(logits, torch.zeros(len(chosen), dtype=torch.long, device=chosen.device))
