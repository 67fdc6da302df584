# approach: 倍精度で計算する
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen.double() - rejected.double() - (0 if margin is None else margin.double())
    return -torch.nn.functional.logsigmoid(gap).mean()
