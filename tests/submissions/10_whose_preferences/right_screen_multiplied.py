# approach: 割り算をせずに、かけ算で比べる
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    test = {i for i in range(len(researcher)) if researcher[i] is not None} - {
        i for i in range(len(researcher)) if researcher[i] == "ok"
    }
    common = {name: [i for i in test if given[i]] for name, given in marks.items()}
    right = {name: sum(marks[name][i] == researcher[i] for i in places) for name, places in common.items()}
    known = [name for name in marks if len(common[name]) >= least]
    hired = [name for name in known if right[name] >= cutoff * len(common[name])]
    held = [name for name in known if cutoff > right[name] / len(common[name]) >= cutoff - margin]
    if len(hired) == 0:
        raise ValueError("だれも雇えません")
    return hired, held, [name for name in marks if name not in known]
