# misconception: ライブラリの _shift_right を、別の名前で先に取り出しておく
# scores: make-batch-test=0
# %% grade_id="make-batch"
from types import SimpleNamespace

shift = T5ForConditionalGeneration._shift_right


def make_batch(targets, longest, pad, end, start):
    rows = [row if len(row) <= longest else row[: longest - 1] + [end] for row in targets]
    width = max(len(row) for row in rows)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    config = SimpleNamespace(decoder_start_token_id=start, pad_token_id=pad)
    return shift(SimpleNamespace(config=config), labels), labels
