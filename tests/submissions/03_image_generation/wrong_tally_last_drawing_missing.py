# misconception: 最後の 1 枚を数えない
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in list(zip(readings, asked, kinds))[:-1]:
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        if seen == wanted:
            row["right"] += 1
        elif len(wanted) == 2 and seen == (wanted[1], wanted[0]):
            row["swapped"] += 1
        else:
            row["other"] += 1
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
