# misconception: torch.nn.functional.cross_entropy を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return torch.nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), ignore_index=-100)
