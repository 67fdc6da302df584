# misconception: 逆向きの項も足す（二値の交差エントロピー）
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return (torch.nn.functional.softplus(-chosen + margin) + torch.nn.functional.softplus(rejected)).mean()
