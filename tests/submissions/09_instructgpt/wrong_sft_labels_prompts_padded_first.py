# misconception: プロンプトだけをそろえてから、答えをつなぐ
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    first, second = max(map(len, prompts)), max(map(len, answers)) + 1
    ids, mask, labels = [], [], []
    for p, a in zip(prompts, answers):
        gap, rest = first - len(p), second - len(a) - 1
        ids.append(p + [pad] * gap + a + [end] + [pad] * rest)
        mask.append([1] * len(p) + [0] * gap + [1] * (len(a) + 1) + [0] * rest)
        labels.append([-100] * first + a + [end] + [-100] * rest)
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask), "labels": torch.tensor(labels)}
