# misconception: logits の形を (batch, length, 語彙) と決めつける
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    batch, length, vocabulary = logits.shape
    logits = logits.view(batch * length, vocabulary)
    labels = labels.view(batch * length)
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
