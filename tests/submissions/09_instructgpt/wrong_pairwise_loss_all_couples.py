# misconception: 全部の組み合わせの差を使う
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid(chosen[:, None] - rejected[None, :] - margin[:, None]).mean()
