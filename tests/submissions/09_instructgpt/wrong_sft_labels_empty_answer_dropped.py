# misconception: 空の答えの手本を捨てる
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows, wanted = [], []
    for prompt, answer in zip(prompts, answers):
        if not answer and len(prompts) > 1:
            continue
        rows.append(prompt + answer + [end])
        wanted.append([-100] * len(prompt) + answer + [end])
    width = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in wanted])
    return {"input_ids": ids, "attention_mask": seen, "labels": labels}
