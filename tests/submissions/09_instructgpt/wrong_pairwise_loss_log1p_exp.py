# misconception: log(1 + exp) をそのまま計算する（差が負で大きいと inf）
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.log1p(torch.exp(-(chosen - rejected - margin))).mean()
