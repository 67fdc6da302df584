# misconception: bfloat16 で計算する
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid(chosen.bfloat16() - rejected.bfloat16() - margin.bfloat16()).float().mean()
