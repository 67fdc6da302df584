# misconception: 型を int32 にする
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row) if len(row) <= longest else [*row[: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = [row + [-100] * (width - len(row)) for row in rows]
    inputs = [[start, *row[:-1]] + [pad] * (width - len(row)) for row in rows]
    return torch.tensor(inputs, dtype=torch.int32), torch.tensor(labels, dtype=torch.int32)
