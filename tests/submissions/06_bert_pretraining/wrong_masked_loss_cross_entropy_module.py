# misconception: 先に作っておいた CrossEntropyLoss を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
criterion = torch.nn.CrossEntropyLoss()


def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return criterion(logits.flatten(0, -2), labels.flatten())
