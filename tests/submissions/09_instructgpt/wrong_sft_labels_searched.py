# misconception: 答えの並びを探して、位置を決める
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows, wanted = [], []
    for prompt, answer in zip(prompts, answers):
        rows.append(prompt + answer + [end])
        wanted.append([-100] * len(prompt) + answer + [end])
    width = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    labels = torch.full_like(ids, -100)
    for i, (row, answer) in enumerate(zip(rows, answers)):
        piece = answer + [end]
        at = next(k for k in range(len(row)) if row[k : k + len(piece)] == piece)
        labels[i, at : at + len(piece)] = torch.tensor(piece)
    return {"input_ids": ids, "attention_mask": seen, "labels": labels}
