# misconception: labels を書きかえて、デコーダの列と同じものにしてしまう
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [[*row[:-1][: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    inputs = labels
    inputs[:, 1:] = labels[:, :-1].clone()
    inputs[:, 0] = start
    inputs[inputs == -100] = pad
    return inputs, labels
