# approach: 1 トークンずつ計算する
# %% grade_id="clipped-objective"
def clipped_objective(logp, old_logp, advantages, mask, clip=0.2):
    values, stopped = [], 0
    for i, t in mask.nonzero().tolist():
        gain = advantages[i, t].item()
        ratio = torch.exp(logp[i, t] - old_logp[i, t].item())
        cut = ratio.clamp(min=1 - clip, max=1 + clip) * gain
        if cut.item() < (ratio * gain).item():
            stopped += 1
            values.append(cut)
        else:
            values.append(ratio * gain)
    return torch.stack(values).mean(), stopped / len(values)
