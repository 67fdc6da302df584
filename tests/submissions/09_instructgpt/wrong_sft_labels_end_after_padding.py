# misconception: end を、パディングの後ろに付ける
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    width = max(len(p) + len(a) for p, a in zip(prompts, answers)) + 1
    ids, mask, labels = [], [], []
    for p, a in zip(prompts, answers):
        gap = width - 1 - len(p) - len(a)
        ids.append(p + a + [pad] * gap + [end])
        mask.append([1] * (len(p) + len(a)) + [0] * gap + [1])
        labels.append([-100] * len(p) + a + [-100] * gap + [end])
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask), "labels": torch.tensor(labels)}
