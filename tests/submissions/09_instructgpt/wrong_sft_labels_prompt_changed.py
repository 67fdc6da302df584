# misconception: 渡されたプロンプトに付け足す
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows, labels = [], []
    for p, a in zip(prompts, answers):
        labels.append([-100] * len(p) + a + [end])
        p += a
        p += [end]
        rows.append(p)
    width = max(map(len, rows))
    return {
        "input_ids": torch.tensor([row + [pad] * (width - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
        "labels": torch.tensor([row + [-100] * (width - len(row)) for row in labels]),
    }
