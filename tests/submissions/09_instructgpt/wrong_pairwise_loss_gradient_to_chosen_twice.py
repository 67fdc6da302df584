# misconception: 良いほうだけが動く損失
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen - rejected
    if margin is not None:
        gap = gap - margin
    frozen = 2 * chosen - chosen.detach() - rejected.detach()
    gap = frozen if margin is None else frozen - margin
    return -torch.nn.functional.logsigmoid(gap).mean()
