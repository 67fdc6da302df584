# misconception: 答えに出てくる番号を、どこにあっても学ぶ
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
    labels = torch.tensor([[t if t in (*a, end) and k < len(r) else -100 for k, t in enumerate(r + [pad] * (width - len(r)))] for r, a in zip(rows, answers)])
    return {"input_ids": ids, "attention_mask": seen, "labels": labels}
