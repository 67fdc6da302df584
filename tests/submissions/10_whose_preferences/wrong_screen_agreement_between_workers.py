# misconception: 研究者ではなく、候補どうしの多数の印と比べる
# scores: screen-test=0
# %% grade_id="screen"
def screen(marks, researcher, cutoff, margin, least):
    from collections import Counter

    votes = [Counter(given[i] for given in marks.values() if given[i]) for i in range(len(researcher))]
    researcher = [vote.most_common(1)[0][0] if vote else None for vote in votes]
    hired, held, unknown = [], [], []
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
