# misconception: 前の試験の unknown に、足していく
# scores: screen-test=0
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least, unknown=[]):
    hired, held = [], []
    for name, given in marks.items():
        same = number = 0
        for mine, theirs in zip(given, researcher):
            if theirs is None or theirs == "ok" or mine is None:
                continue
            number += 1
            same += mine == theirs
        if number < least:
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
