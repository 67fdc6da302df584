# misconception: プロンプトの中の pad を見せない
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
    for i, p in enumerate(prompts):
        for k, token in enumerate(p):
            if token == pad and pad != end:
                seen[i, k] = 0
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in wanted])
    return {"input_ids": ids, "attention_mask": seen, "labels": labels}
