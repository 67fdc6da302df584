# approach: logaddexp で、損失を直接計算する
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    z = rejected - chosen + (0 if margin is None else margin)
    return torch.logaddexp(z, torch.zeros_like(z)).sum() / z.numel()
