# misconception: 幅を、初めの正解の長さにする
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row) if len(row) <= longest else [*row[: longest - 1], end] for row in targets]
    width = len(rows[0])
    labels = [(row + [-100] * width)[:width] for row in rows]
    inputs = [([start, *row[:-1]] + [pad] * width)[:width] for row in rows]
    return torch.tensor(inputs), torch.tensor(labels)
