# misconception: 空の文字列の種類を飛ばす
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        if not kind:
            table.pop(kind)
            continue
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
