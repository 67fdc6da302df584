# misconception: 種類は、例の 2 つだと決めつける
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for kind in ("known", "order"):
        names = []
        for r, a, k in zip(readings, asked, kinds):
            if k == kind:
                names.append("right" if r == a else "swapped" if r == a[::-1] else "other")
        if names:
            table[kind] = {"n": len(names)} | {x: names.count(x) / len(names) for x in ("right", "swapped", "other")}
    return table
