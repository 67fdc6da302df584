# approach: 列ごとに並べて、転置する
# %% grade_id="make-batch"
from itertools import zip_longest


def make_batch(targets, longest, pad, end, start):
    rows = [row[: longest - 1] + [end] if len(row) > longest else row for row in targets]
    labels = torch.tensor(list(zip_longest(*rows, fillvalue=-100))).T
    inputs = torch.tensor(list(zip_longest(*[[start] + row[:-1] for row in rows], fillvalue=pad))).T
    return inputs, labels
