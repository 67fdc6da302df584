# misconception: 種類ごとに、最後の 1 枚だけを見る
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for seen, wanted, kind in zip(readings, asked, kinds):
        name = "right" if seen == wanted else "swapped" if seen == wanted[::-1] else "other"
        table[kind] = {"n": kinds.count(kind), "right": 0.0, "swapped": 0.0, "other": 0.0, name: 1.0}
    return table
