# approach: match 文で場合を分け、外の名前を使い回す
# %% grade_id="tally"
table = row = name = kinds = None


def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        match seen, wanted:
            case (a,), (b,) if a == b:
                name = "right"
            case (a, c), (b, d) if a == b and c == d:
                name = "right"
            case (a, c), (b, d) if a == d and c == b:
                name = "swapped"
            case _:
                name = "other"
        row[name] += 1
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
