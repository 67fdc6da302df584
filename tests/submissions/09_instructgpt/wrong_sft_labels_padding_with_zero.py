# misconception: input_ids を 0 で埋める
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows, wanted = [], []
    for prompt, answer in zip(prompts, answers):
        rows.append(prompt + answer + [end])
        wanted.append([-100] * len(prompt) + answer + [end])
    width = max(len(row) for row in rows)
    ids = [row + [0] * (width - len(row)) for row in rows]
    seen = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    wanted = [row + [-100] * (width - len(row)) for row in wanted]
    return {
        "input_ids": torch.tensor(ids),
        "attention_mask": torch.tensor(seen),
        "labels": torch.tensor(wanted),
    }
