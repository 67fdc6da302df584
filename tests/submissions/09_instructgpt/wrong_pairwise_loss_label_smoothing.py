# misconception: 正解を 0.9 とする
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.nn.functional.binary_cross_entropy_with_logits(chosen - rejected - margin, torch.full_like(chosen, 0.9))
