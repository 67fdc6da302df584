# approach: while で区間の終わりまで進む
# %% grade_id="corrupt"
def corrupt(ids, noise, sentinels, end):
    source, target, place, number = [], [], 0, 0
    while place < len(ids):
        if not noise[place]:
            source.append(ids[place])
            place += 1
            continue
        if number == len(sentinels):
            raise ValueError
        stop = place
        while stop < len(ids) and noise[stop]:
            stop += 1
        source.append(sentinels[number])
        target.append(sentinels[number])
        target.extend(ids[place:stop])
        place, number = stop, number + 1
    source.append(end)
    target.append(end)
    return source, target


def restore(source, target, sentinels, end):
    if end in target:
        target = target[: target.index(end)]
    starts = [place for place, token in enumerate(target) if token in set(sentinels)]
    stops = [*starts[1:], len(target)]
    spans = {target[a]: target[a + 1 : b] for a, b in zip(starts, stops)}
    restored = []
    for token in source[:-1]:
        restored.extend(spans.get(token, []) if token in sentinels else [token])
    return restored
