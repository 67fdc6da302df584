# misconception: 右端から続く pad を、全部パディングとみなす
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows = [p + a + [end] for p, a in zip(prompts, answers)]
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    mask = (ids.flip(1) != pad).long().cummax(1).values.flip(1)
    labels = ids.masked_fill(mask == 0, -100)
    for i, p in enumerate(prompts):
        labels[i, : len(p)] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
