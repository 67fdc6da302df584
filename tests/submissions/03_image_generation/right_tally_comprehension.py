# approach: 種類ごとに、真偽の平均をとる
# %% grade_id="tally"
def tally(readings, asked, kinds):
    def share(values):
        return sum(values) / len(values)

    result = {}
    for kind in set(kinds):
        own = [(r, a) for r, a, k in zip(readings, asked, kinds) if k == kind]
        right = share([r == a for r, a in own])
        swapped = share([r != a and r == tuple(reversed(a)) for r, a in own])
        result[kind] = {"n": len(own), "right": right, "swapped": swapped, "other": 1 - right - swapped}
    return result
