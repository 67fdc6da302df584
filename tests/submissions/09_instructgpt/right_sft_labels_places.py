# approach: 位置の番号を、プロンプトと行の長さに比べる
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    first = torch.tensor([len(p) for p in prompts])[:, None]
    length = first + torch.tensor([len(a) for a in answers])[:, None] + 1
    place = torch.arange(int(length.max()))[None, :]
    ids = torch.full((len(prompts), place.shape[1]), pad, dtype=torch.long)
    ids[place < length] = torch.tensor([t for p, a in zip(prompts, answers) for t in [*p, *a, end]])
    labels = torch.where((place >= first) & (place < length), ids, -100)
    return {"input_ids": ids, "attention_mask": (place < length).long(), "labels": labels}
