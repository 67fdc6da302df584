# misconception: 数から、新しいテンソルを作る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.tensor(-torch.nn.functional.logsigmoid(chosen - rejected - margin).mean().item(), requires_grad=True)
