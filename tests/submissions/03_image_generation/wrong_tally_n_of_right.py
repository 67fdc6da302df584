# misconception: n に、right の枚数を入れる
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
            row["swapped"] += 1
        else:
            row["other"] += 1
    for row in table.values():
        count = row["right"]
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
        row["n"] = count
    return table
