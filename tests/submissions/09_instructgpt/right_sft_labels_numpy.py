# approach: NumPy の表に入れる
# %% grade_id="sft-labels"
def sft_labels(prompts, answers, end, pad):
    rows = [p + a + [end] for p, a in zip(prompts, answers)]
    shape = (len(rows), max(map(len, rows)))
    ids, mask = np.full(shape, pad, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    labels = np.full(shape, -100, dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
        labels[i, len(prompts[i]) : len(row)] = row[len(prompts[i]) :]
    batch = {"input_ids": ids, "attention_mask": mask, "labels": labels}
    return {name: torch.from_numpy(table) for name, table in batch.items()}
