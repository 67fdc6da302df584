# misconception: いちばん長いプロンプトの長さだけ隠す
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows, wanted = [], []
    for prompt, answer in zip(prompts, answers):
        rows.append(prompt + answer + [end])
        wanted.append((lambda k, row: [-100] * min(k, len(row)) + row[k:])(max(map(len, prompts)), prompt + answer + [end]))
    width = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in wanted])
    return {"input_ids": ids, "attention_mask": seen, "labels": labels}
