# misconception: 同じ絵を 1 枚と数える
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in set(zip(readings, asked, kinds)):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        row["right" if seen == wanted else "swapped" if seen == wanted[::-1] else "other"] += 1
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
