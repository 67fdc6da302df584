# approach: input_ids を写し、学ばない位置を -100 にする
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    sizes = [len(p) + len(a) + 1 for p, a in zip(prompts, answers)]
    ids = torch.tensor([p + a + [end] + [pad] * (max(sizes) - n) for p, a, n in zip(prompts, answers, sizes)])
    labels, mask = ids.clone(), torch.ones_like(ids)
    for i, n in enumerate(sizes):
        mask[i, n:] = 0
        labels[i, n:] = -100
        labels[i, : len(prompts[i])] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
