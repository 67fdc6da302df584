# misconception: 先頭の軸を 1 つだけ平らにする
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if logits.ndim == 3:
        logits, labels = logits.flatten(0, 1), labels.flatten()
    logits, labels = logits[: len(logits)], labels.view(len(logits))
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
