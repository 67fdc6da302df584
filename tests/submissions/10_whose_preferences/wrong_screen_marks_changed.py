# misconception: 渡された辞書から、断る人を取り除く
# scores: screen-test=0
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    for name in [n for n in marks if not any(marks[n])]:
        marks.pop(name)
    hired, held, unknown = [], [], []
    for name, given in [*marks.items()]:
        same = number = 0
        for mine, theirs in zip(given, researcher):
            if theirs is None or theirs == "ok" or mine is None:
                continue
            number += 1
            same += mine == theirs
        if number < least or marks.pop(name) is None:
            unknown.append(name)
            continue
        share = same / number
        if share >= cutoff:
            hired.append(name)
        elif share >= cutoff - margin:
            held.append(name)
    if not hired:
        raise ValueError("雇う人がいません。")
    return hired, held, unknown
