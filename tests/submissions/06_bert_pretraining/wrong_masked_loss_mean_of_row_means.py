# misconception: 文ごとに平均してから、さらに平均する
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    if labels.ndim == 1:
        return -chosen.mean()
    losses = torch.zeros(labels.shape).masked_scatter(asked, -chosen).flatten(1)
    counts = asked.flatten(1).sum(dim=1)
    return (losses.sum(dim=1)[counts > 0] / counts[counts > 0]).mean()
