# misconception: 形を (batch, length, 語彙) と決めつけ、length の向きに softmax する
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    wanted = labels[asked]
    chosen = logits.log_softmax(dim=1)[asked][torch.arange(len(wanted)), wanted]
    return -chosen.mean()
