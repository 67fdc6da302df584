# approach: 種類で並べかえた写しを、groupby で分ける
# %% grade_id="tally"
import itertools


def tally(readings, asked, kinds):
    table = {}
    rows = sorted(zip(kinds, readings, asked))
    for kind, group in itertools.groupby(rows, key=lambda row: row[0]):
        hits = [(r == a, r == a[::-1] and r != a) for _, r, a in group]
        size = len(hits)
        right, swapped = (sum(column) for column in zip(*hits))
        table[kind] = dict(n=size, right=right / size, swapped=swapped / size, other=(size - right - swapped) / size)
    return table
