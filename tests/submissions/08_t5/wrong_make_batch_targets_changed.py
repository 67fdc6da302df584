# misconception: 渡されたリストを書きかえる
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    for row in targets:
        if len(row) > longest:
            row[longest - 1 :] = [end]
    width = max(len(row) for row in targets)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in targets])
    inputs = torch.tensor([[start, *row[:-1]] + [pad] * (width - len(row)) for row in targets])
    return inputs, labels
