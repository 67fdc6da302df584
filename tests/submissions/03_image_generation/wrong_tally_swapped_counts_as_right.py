# misconception: 逆の順番も right に数える
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        if seen == wanted:
            row["right"] += 1
        elif len(wanted) == 2 and seen == (wanted[1], wanted[0]):
            row["right"] += 1
        else:
            row["other"] += 1
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
