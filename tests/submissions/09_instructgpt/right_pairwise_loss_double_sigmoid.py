# approach: 倍精度のシグモイドの対数（200 の差までは計算できる）
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    gap = chosen.double() - rejected.double()
    if margin is not None:
        gap = gap - margin.double()
    return torch.log1p(torch.exp(-gap)).mean().float()
