# approach: 倍精度で計算する
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    ratio = torch.exp(logp.double() - old_logp.detach().double())[mask]
    gain = advantages.detach().double()[mask]
    plain, held = ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain
    return torch.minimum(plain, held).mean(), (held < plain).double().mean().item()
