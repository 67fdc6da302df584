# misconception: 別のモデルの shift_tokens_right を使う
# scores: make-batch-test=0
# %% grade_id="make-batch"
from transformers.models.bart.modeling_bart import shift_tokens_right


def make_batch(targets, longest, pad, end, start):
    rows = [row if len(row) <= longest else row[: longest - 1] + [end] for row in targets]
    width = max(len(row) for row in rows)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    return shift_tokens_right(labels, pad, start), labels
