# approach: 辞書として使える BatchEncoding を返す
# %% grade_id="sft-labels"
from transformers import BatchEncoding


def sft_labels(prompts, answers, end, pad):
    rows = [(p + a + [end], [-100] * len(p) + a + [end]) for p, a in zip(prompts, answers)]
    width = max(len(row) for row, _ in rows)
    data = {"input_ids": [], "attention_mask": [], "labels": []}
    for row, label in rows:
        gap = width - len(row)
        data["input_ids"].append(row + gap * [pad])
        data["attention_mask"].append(len(row) * [1] + gap * [0])
        data["labels"].append(label + gap * [-100])
    return BatchEncoding(data, tensor_type="pt")
