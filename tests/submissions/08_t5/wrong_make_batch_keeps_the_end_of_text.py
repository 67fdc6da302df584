# misconception: 長い正解の、後ろを残す
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row[-longest:]) for row in targets]
    width = max(len(row) for row in rows)
    labels = [row + [-100] * (width - len(row)) for row in rows]
    inputs = [[start, *row[:-1]] + [pad] * (width - len(row)) for row in rows]
    return torch.tensor(inputs), torch.tensor(labels)
