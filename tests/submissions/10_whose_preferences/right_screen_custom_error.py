# approach: ValueError の子を起こす
# %% grade_id="screen"
class 誰もいない(ValueError):
    pass


def screen(marks, researcher, cutoff, margin, least):
    places = [place for place, mark in enumerate(researcher) if mark not in ("ok", None)]
    hired, held, unknown = [], [], []
    for name, given in marks.items():
        common = [place for place in places if given[place] is not None]
        if len(common) < least:
            unknown.append(name)
            continue
        share = sum(given[place] == researcher[place] for place in common) / len(common)
        if share >= cutoff:
            hired.append(name)
        elif share >= cutoff - margin:
            held.append(name)
    if not hired:
        raise 誰もいない("合格者ゼロ")
    return hired, held, unknown
