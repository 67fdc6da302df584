# misconception: 種類を、先頭の文字列で比べる
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    table = {}
    for kind in kinds:
        own = [(r, a) for r, a, k in zip(readings, asked, kinds) if k.startswith(kind)]
        names = ["right" if r == a else "swapped" if r == a[::-1] else "other" for r, a in own]
        table[kind] = {"n": len(names)} | {x: names.count(x) / len(names) for x in ("right", "swapped", "other")}
    return table
