# misconception: log_softmax の後を nll_loss に任せる
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return torch.nn.functional.nll_loss(logits.log_softmax(-1).flatten(0, -2), labels.flatten())
