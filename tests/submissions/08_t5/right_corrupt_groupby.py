# approach: itertools.groupby で、続きごとに扱う
# %% grade_id="corrupt"
from itertools import groupby


def corrupt(ids, noise, sentinels, end):
    marks = iter(sentinels)
    source, target = [], []
    for hide, run in groupby(range(len(ids)), key=lambda place: bool(noise[place])):
        tokens = [ids[place] for place in run]
        if not hide:
            source += tokens
            continue
        mark = next(marks, None)
        if mark is None:
            raise ValueError("sentinels")
        source.append(mark)
        target += [mark, *tokens]
    return source + [end], target + [end]


def restore(source, target, sentinels, end):
    spans, mark = {}, None
    for token in target:
        if token == end:
            break
        if token in sentinels:
            mark, spans[token] = token, []
        elif mark is not None:
            spans[mark].append(token)
    found = []
    for token in source:
        if token in sentinels:
            found += spans.get(token, [])
        elif token != end:
            found.append(token)
    return found
