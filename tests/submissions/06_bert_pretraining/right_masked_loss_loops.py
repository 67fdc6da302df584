# approach: 位置ごとに計算し、最後に平均する
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    losses = []
    for row, label in zip(logits.flatten(0, -2), labels.flatten().tolist(), strict=True):
        if label == -100:
            continue
        losses.append(torch.logsumexp(row, 0) - row[label])
    return torch.stack(losses).mean() if losses else torch.zeros(())
