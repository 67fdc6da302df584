# approach: 写したリストに extend で付け足す
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    ids, mask, labels = [], [], []
    for i in range(len(prompts)):
        row = prompts[i].copy()
        row.extend(answers[i])
        row.append(end)
        label = row[:]
        label[: len(prompts[i])] = [-100] * len(prompts[i])
        ids.append(row)
        labels.append(label)
        mask.append([1] * len(row))
    longest = max(ids, key=len)
    for i in range(len(ids)):
        while len(ids[i]) < len(longest):
            ids[i].append(pad)
            mask[i].append(0)
            labels[i].append(-100)
    return {"input_ids": torch.LongTensor(ids), "attention_mask": torch.LongTensor(mask), "labels": torch.LongTensor(labels)}
