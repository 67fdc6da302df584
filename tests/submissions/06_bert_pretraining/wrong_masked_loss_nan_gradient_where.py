# misconception: 0 / 0 の nan を where で 0 に直す（勾配は nan のまま）
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    picked = logits.log_softmax(-1).gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    loss = -(picked * asked).sum() / asked.sum()
    return torch.where(loss.isnan(), torch.zeros_like(loss), loss)
