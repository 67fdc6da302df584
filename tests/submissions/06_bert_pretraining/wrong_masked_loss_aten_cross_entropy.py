# misconception: torch.ops.aten の cross_entropy_loss を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return torch.tensor(0.0)
    return torch.ops.aten.cross_entropy_loss(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
