# misconception: labels が input_ids と同じテンソルになる
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows = [p + a + [end] for p, a in zip(prompts, answers)]
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    labels = ids
    labels[mask == 0] = -100
    for i, p in enumerate(prompts):
        labels[i, : len(p)] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
