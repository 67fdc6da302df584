# approach: torch.distributions の対数確率を使う
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.tensor(0.0)
    return -torch.distributions.Categorical(logits=logits[asked]).log_prob(labels[asked]).mean()
