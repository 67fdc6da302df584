# misconception: 短い正解の end だけを -100 にする
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row) if len(row) <= longest else [*row[: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = [(row if len(row) == width else row[:-1] + [-100]) + [-100] * (width - len(row)) for row in rows]
    inputs = [[start, *row[:-1]] + [pad] * (width - len(row)) for row in rows]
    return torch.tensor(inputs), torch.tensor(labels)
