# approach: NumPy の文字の配列で比べる
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    right = np.array([mark or "" for mark in researcher])
    test = (right != "") & (right != "ok")
    lists = ([], [], [])
    for name, given in marks.items():
        given = np.array([mark or "" for mark in given])
        known = test & (given != "")
        if known.sum() < least:
            lists[2].append(name)
        else:
            share = (given == right)[known].mean()
            if share >= cutoff - margin:
                lists[0 if share >= cutoff else 1].append(name)
    if not lists[0]:
        raise ValueError("合格者がいません。")
    return lists
