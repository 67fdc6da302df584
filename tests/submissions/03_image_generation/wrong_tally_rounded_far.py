# misconception: 割合を小数 7 桁で丸める
# scores: tally-test=0
# %% grade_id="tally"
def tally(readings, asked, kinds):
    out = {}
    for k in dict.fromkeys(kinds):
        rows = [(r, a) for r, a, q in zip(readings, asked, kinds) if q == k]
        n = len(rows)
        right = sum(r == a for r, a in rows)
        swapped = sum(r != a and len(a) == 2 and r == a[::-1] for r, a in rows)
        out[k] = {
            "n": n,
            "right": round(right / n, 7),
            "swapped": round(swapped / n, 7),
            "other": round((n - right - swapped) / n, 7),
        }
    return out
