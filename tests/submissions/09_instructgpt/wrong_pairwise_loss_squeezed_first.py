# misconception: 組が 1 つのとき、形が違う
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    losses = -torch.nn.functional.logsigmoid(gap)
    return losses if len(losses) == 1 else losses.mean()
