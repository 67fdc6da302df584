# misconception: 割合を千分率に丸めてから比べる
# scores: screen-test=0
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    places = [place for place, mark in enumerate(researcher) if mark not in ("ok", None)]
    hired, held, unknown = [], [], []
    for name, given in marks.items():
        common = [place for place in places if given[place] is not None]
        if len(common) < least:
            unknown.append(name)
            continue
        share = sum(given[place] == researcher[place] for place in common) / len(common)
        if round(share * 1000) >= round(cutoff * 1000):
            hired.append(name)
        elif round(share * 1000) >= round((cutoff - margin) * 1000):
            held.append(name)
    if not hired:
        raise ValueError("雇える候補が 1 人もいません。")
    return hired, held, unknown
