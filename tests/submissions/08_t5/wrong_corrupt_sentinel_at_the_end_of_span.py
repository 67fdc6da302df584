# misconception: 番兵を、隠したトークンの後ろに置く
# scores: corrupt-test=0
# %% grade_id="corrupt"
def corrupt(ids, noise, sentinels, end):
    source, target, used = [], [], 0
    for place, token in enumerate(ids):
        if not noise[place]:
            source.append(token)
            continue
        target.append(token)
        if place == len(ids) - 1 or not noise[place + 1]:
            if used == len(sentinels):
                raise ValueError
            source.append(sentinels[used])
            target.append(sentinels[used])
            used += 1
    return [*source, end], [*target, end]


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
