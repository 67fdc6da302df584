# approach: 数字をつないだ文字列で比べる
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        row = table.setdefault(kind, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        r, a = "".join(map(str, seen)), "".join(map(str, wanted))
        row["n"] += 1
        row["right"] += r == a
        row["swapped"] += len(a) == 2 and r != a and r == a[::-1]
        row["other"] += r != a and (len(a) == 1 or r != a[::-1])
    for row in table.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return table
