# misconception: 報酬を並べ替えてから、差を取る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen.sort().values - rejected.sort().values
    if margin is not None:
        gap = gap - margin
    return -torch.nn.functional.logsigmoid(gap).mean()
