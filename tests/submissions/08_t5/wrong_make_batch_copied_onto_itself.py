# misconception: 一列ずつ、書きかえたばかりの列を写す
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [[*row[:-1][: longest - 1], end] for row in targets]
    width = max(len(row) for row in rows)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    inputs = labels.clone()
    for place in range(1, width):
        inputs[:, place] = inputs[:, place - 1]
    inputs[:, 0] = start
    return inputs.masked_fill(inputs == -100, pad), labels
