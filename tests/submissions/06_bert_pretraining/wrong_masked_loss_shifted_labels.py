# misconception: 左から右のモデルのように、正解を 1 つずらす
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if labels.shape[-1] > 1:
        logits, labels = logits[..., :-1, :], labels[..., 1:]
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
