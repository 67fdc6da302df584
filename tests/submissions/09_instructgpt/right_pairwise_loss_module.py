# approach: nn.LogSigmoid を使う
# %% grade_id="pairwise-loss"
loss_of = torch.nn.LogSigmoid()


def pairwise_loss(chosen, rejected, margin=None):
    room = 0 if margin is None else margin
    return loss_of(chosen - rejected - room).neg().mean(dim=0)
