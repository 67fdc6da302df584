# misconception: 0 / 0 の nan を nan_to_num で 0 に直す（勾配は nan のまま）
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    picked = logits.log_softmax(-1).gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return torch.nan_to_num(-(picked * asked).sum() / asked.sum(), nan=0.0)
