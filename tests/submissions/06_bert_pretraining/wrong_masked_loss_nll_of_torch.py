# misconception: torch の内側の nll_loss を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return torch.ops.aten.nll_loss_nd(logits.log_softmax(-1).flatten(0, -2), labels.flatten())
