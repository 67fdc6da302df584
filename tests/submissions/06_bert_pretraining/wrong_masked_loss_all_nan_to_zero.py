# misconception: softmax のあふれで生じた nan も、まとめて 0 にする
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits.new_zeros(())
    rows, wanted = logits[asked], labels[asked]
    chosen = (rows.exp() / rows.exp().sum(dim=-1, keepdim=True)).log()[torch.arange(len(wanted)), wanted]
    return -chosen.mean().nan_to_num(nan=0.0)
