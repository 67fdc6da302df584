# approach: 採点しない位置は、全部 end にする
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [list(row) if len(row) <= longest else [*row[: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = [row + [-100] * (width - len(row)) for row in rows]
    inputs = [[start, *row[:-1]] + [end] * (width - len(row)) for row in rows]
    return torch.tensor(inputs), torch.tensor(labels)
