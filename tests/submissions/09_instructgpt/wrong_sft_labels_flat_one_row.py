# misconception: 一つの行につなげる
# scores: sft-labels-test=0
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    ids, labels = [], []
    for p, a in zip(prompts, answers):
        ids += p + a + [end]
        labels += [-100] * len(p) + a + [end]
    ids, labels = torch.tensor([ids]), torch.tensor([labels])
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}
