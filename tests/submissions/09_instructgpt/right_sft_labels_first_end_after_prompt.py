# approach: プロンプトより後ろの、初めの end までを学ぶ
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows = [p + a + [end] for p, a in zip(prompts, answers)]
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for i, p in enumerate(prompts):
        stop = ids[i].tolist().index(end, len(p)) + 1
        mask[i, :stop] = 1
        labels[i, len(p) : stop] = ids[i, len(p) : stop]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
