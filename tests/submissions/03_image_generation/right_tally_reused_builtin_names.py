# approach: 組みこみの名前を、変数に使う
# %% grade_id="tally"
sum = 0
list = []
str = "x"
min = max = 1
right = 0
n = 3


def tally(readings, asked, kinds):
    out = {}
    for i, k in enumerate(kinds):
        row = out.setdefault(k, {"n": 0, "right": 0, "swapped": 0, "other": 0})
        row["n"] += 1
        row[
            "right" if readings[i] == asked[i] else "swapped" if readings[i] == asked[i][::-1] else "other"
        ] += 1
    for row in out.values():
        for name in ("right", "swapped", "other"):
            row[name] /= row["n"]
    return out
