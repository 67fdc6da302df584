# approach: one-hot を掛けて取り出す
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if asked.sum() == 0:
        return logits.sum() * 0
    targets = torch.nn.functional.one_hot(labels[asked], logits.shape[-1])
    return -(targets * torch.log_softmax(logits[asked], dim=-1)).sum(dim=-1).mean()
