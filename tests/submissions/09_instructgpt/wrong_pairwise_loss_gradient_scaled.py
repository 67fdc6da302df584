# misconception: 勾配だけが 2 倍になる
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    loss = -torch.nn.functional.logsigmoid(gap).mean()
    return 2 * loss - loss.detach()
