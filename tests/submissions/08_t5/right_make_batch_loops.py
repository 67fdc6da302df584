# approach: 一つずつ埋める
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    width = max(min(len(row), longest) for row in targets)
    labels = torch.zeros(len(targets), width, dtype=torch.int64) - 100
    inputs = torch.zeros(len(targets), width, dtype=torch.int64) + pad
    for line, row in enumerate(targets):
        before = start
        for place in range(min(len(row), longest)):
            token = row[place]
            if place == longest - 1:
                token = end
            labels[line, place] = token
            inputs[line, place] = before
            before = token
    return inputs, labels
