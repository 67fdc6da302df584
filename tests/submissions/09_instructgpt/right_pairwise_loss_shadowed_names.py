# approach: sum や abs などの名前を、セルの変数に使う
# %% grade_id="pairwise-loss"
sum, abs, zip, max, all, len = 0, 1, 2, 3, 4, 5


def pairwise_loss(chosen, rejected, margin=None):
    sum = chosen.sub(rejected)
    if margin is not None:
        sum = sum.sub(margin)
    return torch.nn.functional.softplus(sum.neg()).mean()
