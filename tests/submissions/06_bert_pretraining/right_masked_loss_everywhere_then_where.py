# approach: 全部の位置で計算し、聞かれていない位置を 0 にして足す
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    safe = torch.where(asked, labels, 0)
    losses = -torch.log_softmax(logits, -1).gather(-1, safe.unsqueeze(-1)).squeeze(-1)
    return torch.where(asked, losses, 0.0).sum() / asked.sum().clamp(min=1)
