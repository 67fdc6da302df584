# approach: len や max などの名前を、セルの変数に使う
# %% grade_id="sft-labels"
len_, zip_ = len, zip
len, max, zip, set, range = 0, 1, 2, 3, 4


def sft_labels(prompts, answers, end, pad):
    rows = [p + a + [end] for p, a in zip_(prompts, answers)]
    width = sorted(len_(row) for row in rows)[-1]
    asked = [[-100] * len_(p) + row[len_(p) :] for p, row in zip_(prompts, rows)]
    return {
        "input_ids": torch.tensor([row + [pad] * (width - len_(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len_(row) + [0] * (width - len_(row)) for row in rows]),
        "labels": torch.tensor([row + [-100] * (width - len_(row)) for row in asked]),
    }
