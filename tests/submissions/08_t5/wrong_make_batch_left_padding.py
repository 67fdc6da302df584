# misconception: 左側を埋める
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row) if len(row) <= longest else [*row[: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = [[-100] * (width - len(row)) + row for row in rows]
    inputs = [[pad] * (width - len(row)) + [start, *row[:-1]] for row in rows]
    return torch.tensor(inputs), torch.tensor(labels)
