# misconception: 行ごとでなく、全体の最大値を引く
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = (rows - rows.max() - (rows - rows.max()).exp().sum(dim=-1, keepdim=True).log())[torch.arange(len(wanted)), wanted]
    return -chosen.mean()
