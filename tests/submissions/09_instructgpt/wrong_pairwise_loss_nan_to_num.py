# misconception: inf を、大きい数に取り替える
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.nan_to_num(-torch.log(torch.sigmoid(chosen - rejected - margin)), posinf=100.0).mean()
