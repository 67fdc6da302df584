# misconception: 正解でなく、いちばん大きい確率を使う
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1).amax(dim=-1)
    return -chosen.mean()
