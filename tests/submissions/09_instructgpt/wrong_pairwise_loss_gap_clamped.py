# misconception: 差を -30 から 30 までに切る
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return -torch.nn.functional.logsigmoid((chosen - rejected - margin).clamp(-30, 30)).mean()
