# misconception: cross_entropy を、先に別の名前で取り込んで呼ぶ
# scores: masked-loss-test=0
# %% grade_id="masked-loss"
from torch.nn.functional import cross_entropy as ce


def masked_lm_loss(logits, labels):
    if (labels == -100).all():
        return logits.new_zeros(())
    return ce(logits.flatten(0, -2), labels.flatten())
