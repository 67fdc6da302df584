# misconception: 合った数字の割合を right にする
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        part = sum(a == b for a, b in zip(seen, wanted)) / max(len(seen), len(wanted))
        swapped = len(wanted) == 2 and seen != wanted and seen == wanted[::-1]
        row["right"] += 0 if swapped else part
        row["swapped"] += swapped
        row["other"] += 0 if swapped else 1 - part
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
