# misconception: 種類に分けず、全体の割合を返す
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    names = ["right" if r == a else "swapped" if r == a[::-1] else "other" for r, a in zip(readings, asked)]
    return {"n": len(names)} | {x: names.count(x) / max(1, len(names)) for x in ("right", "swapped", "other")}
