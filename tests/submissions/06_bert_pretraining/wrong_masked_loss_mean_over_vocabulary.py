# misconception: 正解を取り出さず、語彙の全部を平均する
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)
    return -chosen.mean()
