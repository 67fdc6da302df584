# approach: numpy で区間の初めを見つける
# %% grade_id="corrupt"
import numpy as np


def corrupt(ids, noise, sentinels, end):
    hide = np.array(noise, dtype=bool)
    first = hide & ~np.concatenate([[False], hide])[:-1].astype(bool)
    if first.sum() > len(sentinels):
        raise ValueError("番兵の数")
    order = np.cumsum(first) - 1
    source, target = [], []
    for place in range(len(ids)):
        if first[place]:
            source.append(sentinels[order[place]])
            target.append(sentinels[order[place]])
        if hide[place]:
            target.append(ids[place])
        else:
            source.append(ids[place])
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
