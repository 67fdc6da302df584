# misconception: torch.ops.aten の nll_loss_forward を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return torch.tensor(0.0)
    lp = logits[asked].log_softmax(-1)
    return torch.ops.aten.nll_loss_forward(lp, labels[asked], None, 1, -100)[0]
