# misconception: transformers の損失の関数を呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
from transformers.loss.loss_utils import ForMaskedLMLoss


def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return ForMaskedLMLoss(logits, labels, logits.shape[-1])
