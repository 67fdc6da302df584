# misconception: 文字列を is で比べる
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    out = {}
    for k in dict.fromkeys(kinds):
        rows = [(r, a) for r, a, q in zip(readings, asked, kinds) if q is k]
        n = len(rows)
        right = sum(r == a for r, a in rows)
        swapped = sum(r != a and len(a) == 2 and r == a[::-1] for r, a in rows)
        out[k] = {"n": n, "right": right / n, "swapped": swapped / n, "other": (n - right - swapped) / n}
    return out
