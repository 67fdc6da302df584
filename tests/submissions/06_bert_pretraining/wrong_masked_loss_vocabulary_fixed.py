# misconception: 語彙の大きさを 6 と決めつける
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    logits, labels = logits.reshape(-1, 6)[: labels.numel()], labels.reshape(-1)
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = rows.log_softmax(dim=-1)[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
