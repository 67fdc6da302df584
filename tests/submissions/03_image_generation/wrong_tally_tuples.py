# misconception: 値をタプルで返す
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
    return {
        kind: (row["n"], row["right"] / row["n"], row["swapped"] / row["n"], row["other"] / row["n"])
        for kind, row in table.items()
    }
