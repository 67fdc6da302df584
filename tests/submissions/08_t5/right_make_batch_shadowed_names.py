# approach: max や range などの名前を、セルの変数に使う
# %% grade_id="make-batch"
max, min, zip, tuple, bool = 0, 0, None, (), True


def make_batch(targets, longest, pad, end, start):
    rows = [[*row[:-1][: longest - 1], end] for row in targets]
    width = sorted(map(len, rows))[-1]
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    inputs = torch.nn.functional.pad(labels, (1, -1), value=start)
    return inputs.masked_fill(labels == -100, end), labels
