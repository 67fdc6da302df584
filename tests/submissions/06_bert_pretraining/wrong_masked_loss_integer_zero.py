# misconception: 聞かれた位置がないとき、整数の 0 のテンソルを返す
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.tensor(0)
    return -logits[asked].log_softmax(-1).gather(-1, labels[asked].unsqueeze(-1)).mean()
