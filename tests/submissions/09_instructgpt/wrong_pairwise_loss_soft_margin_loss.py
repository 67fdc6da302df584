# misconception: torch の soft_margin_loss（差が負で大きいと inf）
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.nn.functional.soft_margin_loss(chosen - rejected - margin, torch.ones_like(chosen))
