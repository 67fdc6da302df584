# misconception: nll_loss を、先に別の名前で取り込んで呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
from torch.nn.functional import nll_loss as nll


def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return nll(logits.log_softmax(-1).flatten(0, -2), labels.flatten())
