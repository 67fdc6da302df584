# misconception: 正解との差の exp を足す式で、大きな差があふれる
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = -(rows - rows[torch.arange(len(wanted)), wanted][:, None]).exp().sum(dim=-1).log()
    return -chosen.mean()
