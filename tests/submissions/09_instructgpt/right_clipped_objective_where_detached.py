# approach: クリップされたトークンでは、勾配のない値を使う
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    with torch.no_grad():
        past, gain = old_logp.clone(), advantages.clone()
    ratio = (logp - past).exp()
    with torch.no_grad():
        limited = ratio.clip(1 - clip, 1 + clip) * gain
        stopped = limited < ratio * gain
    each = torch.where(stopped, limited, ratio * gain)
    return each.masked_select(mask).mean(), stopped.masked_select(mask).float().mean()
