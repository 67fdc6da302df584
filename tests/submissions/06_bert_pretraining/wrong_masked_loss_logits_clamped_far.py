# misconception: logits を ±100000 で切って、inf を避ける
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.tensor(0.0)
    z = logits[asked].clamp(-1e5, 1e5)
    return -z.log_softmax(-1).gather(-1, labels[asked].unsqueeze(-1)).mean()
