# approach: Counter で数える
# %% grade_id="tally"
from collections import Counter


def tally(readings, asked, kinds):
    counts = Counter()
    for seen, wanted, kind in zip(readings, asked, kinds):
        counts[kind, "right" if seen == wanted else "swapped" if seen == wanted[::-1] else "other"] += 1
    totals = Counter(kinds)
    return {
        kind: {"n": total} | {name: counts[kind, name] / total for name in ("right", "swapped", "other")}
        for kind, total in totals.items()
    }
