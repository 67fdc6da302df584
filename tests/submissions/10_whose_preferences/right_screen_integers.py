# approach: かけ算で比べる
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    places = [place for place, mark in enumerate(researcher) if mark not in ("ok", None)]
    hired, held, unknown = [], [], []
    for name, given in marks.items():
        common = [place for place in places if given[place] is not None]
        if len(common) < least:
            unknown.append(name)
            continue
        share = sum(given[place] == researcher[place] for place in common)
        if share >= cutoff * len(common):
            hired.append(name)
        elif share >= (cutoff - margin) * len(common):
            held.append(name)
    if not hired:
        raise ValueError("雇える候補が 1 人もいません。")
    return hired, held, unknown
