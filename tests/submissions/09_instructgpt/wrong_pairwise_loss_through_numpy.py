# misconception: NumPy で計算する
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
def pairwise_loss(chosen, rejected, margin=None):
    if margin is None:
        margin = torch.zeros_like(chosen)
    return torch.from_numpy(np.logaddexp(0, -(chosen - rejected - margin).detach().numpy())).mean()
