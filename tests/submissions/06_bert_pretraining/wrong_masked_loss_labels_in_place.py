# misconception: 渡された labels の -100 を 0 に書きかえる
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    labels[~asked] = 0
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
