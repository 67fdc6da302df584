# misconception: (3, 3) を right と swapped の両方に数える
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        row["right"] += seen == wanted
        row["swapped"] += len(wanted) == 2 and seen == wanted[::-1]
        row["other"] += seen != wanted and seen != wanted[::-1]
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
