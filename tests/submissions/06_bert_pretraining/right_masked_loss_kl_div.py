# approach: one-hot との kl_div
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return 0.0 * logits.sum()
    one = torch.nn.functional.one_hot(labels[asked], logits.shape[-1]).float()
    return torch.nn.functional.kl_div(logits[asked].log_softmax(-1), one, reduction="batchmean")
