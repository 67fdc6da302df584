# approach: 番兵ごとに、target の中を探す
# %% grade_id="corrupt"
def corrupt(ids, noise, sentinels, end):
    source, target, used = [], [], 0
    for place, token in enumerate(ids):
        begins = noise[place] and (place == 0 or not noise[place - 1])
        if begins:
            if used >= len(sentinels):
                raise ValueError("番兵が足りません。")
            source.append(sentinels[used])
            target.append(sentinels[used])
            used += 1
        (target if noise[place] else source).append(token)
    return [*source, end], [*target, end]


def span_of(mark, target, sentinels, end):
    if mark not in target:
        return []
    found = []
    for token in target[target.index(mark) + 1 :]:
        if token == end or token in sentinels:
            break
        found.append(token)
    return found


def restore(source, target, sentinels, end):
    stop = target.index(end) if end in target else len(target)
    pieces = [span_of(token, target[:stop], sentinels, end) if token in sentinels else [token] for token in source if token != end]
    return sum(pieces, [])
