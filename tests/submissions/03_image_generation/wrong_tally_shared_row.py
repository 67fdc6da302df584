# misconception: どの種類も、同じ辞書を指す
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = dict.fromkeys(kinds, {"n": 0, "right": 0, "swapped": 0, "other": 0})
    for seen, wanted, kind in zip(readings, asked, kinds):
        table[kind]["n"] += 1
        table[kind]["right" if seen == wanted else "swapped" if seen == wanted[::-1] else "other"] += 1
    return {k: {x: row[x] if x == "n" else row[x] / row["n"] for x in row} for k, row in table.items()}
