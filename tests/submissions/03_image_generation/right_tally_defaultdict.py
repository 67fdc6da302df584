# approach: 種類ごとのリストに分け、count で数える
# %% grade_id="tally"
from collections import defaultdict


def tally(readings, asked, kinds):
    groups = defaultdict(list)
    for place, kind in enumerate(kinds):
        if readings[place] == asked[place]:
            groups[kind].append("right")
        elif sorted(readings[place]) == sorted(asked[place]):
            groups[kind].append("swapped")
        else:
            groups[kind].append("other")
    return {
        kind: dict(n=len(names), **{name: names.count(name) / len(names) for name in ("right", "swapped", "other")})
        for kind, names in groups.items()
    }
