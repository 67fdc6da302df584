# approach: 正規表現で、区間の場所を見つける
# %% grade_id="corrupt"
def corrupt(ids, noise, sentinels, end):
    flags = "".join("x" if hide else "." for hide in noise)
    runs = [found.span() for found in re.finditer("x+", flags)]
    if len(runs) > len(sentinels):
        raise ValueError("番兵が足りません。")
    source, target, last = [], [], 0
    for (begin, stop), mark in zip(runs, sentinels):
        source += [*ids[last:begin], mark]
        target += [mark, *ids[begin:stop]]
        last = stop
    return source + ids[last:] + [end], target + [end]


def restore(source, target, sentinels, end):
    if end in target:
        target = target[: target.index(end)]
    stack, spans = [], {}
    for token in reversed(target):
        if token in sentinels:
            spans[token] = stack[::-1]
            stack = []
        else:
            stack.append(token)
    found = source[:-1]
    for mark in sentinels:
        if mark in found:
            place = found.index(mark)
            found[place : place + 1] = spans.get(mark, [])
    return found
