# approach: numpy で数え、名前を分ける
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    right = np.array(researcher, dtype=object)
    test = np.array([one is not None and one != "ok" for one in researcher], dtype=bool)
    groups = {"hired": [], "held": [], "unknown": [], "refused": []}
    for name in marks:
        mine = np.array(marks[name], dtype=object)
        seen = test & np.array([one is not None for one in mine], dtype=bool)
        if seen.sum() < least:
            groups["unknown"] += [name]
            continue
        share = np.mean(mine[seen] == right[seen])
        groups["hired" if share >= cutoff else "held" if share + margin >= cutoff else "refused"] += [name]
    if len(groups["hired"]) == 0:
        raise ValueError("だれも雇えません")
    return groups["hired"], groups["held"], groups["unknown"]
