# misconception: 前の呼び出しの数え上げが残る
# scores: tally-test=0
# %% grade_id="tally"
counts = {}


def tally(readings, asked, kinds):
    for seen, wanted, kind in zip(readings, asked, kinds):
        counts.setdefault(kind, []).append("right" if seen == wanted else "swapped" if seen == wanted[::-1] else "other")
    table = {}
    for kind in kinds:
        names = counts[kind]
        table[kind] = {"n": len(names)} | {x: names.count(x) / len(names) for x in ("right", "swapped", "other")}
    return table
