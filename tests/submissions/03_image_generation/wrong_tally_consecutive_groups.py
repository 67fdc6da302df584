# misconception: 種類が、続けて並んでいると思う
# scores: tally-test=0
# %% grade_id="tally"
from itertools import groupby


def tally(readings, asked, kinds):
    table = {}
    for kind, group in groupby(zip(readings, asked, kinds), key=lambda row: row[2]):
        names = ["right" if r == a else "swapped" if r == a[::-1] else "other" for r, a, _ in group]
        table[kind] = {"n": len(names)} | {x: names.count(x) / len(names) for x in ("right", "swapped", "other")}
    return table
