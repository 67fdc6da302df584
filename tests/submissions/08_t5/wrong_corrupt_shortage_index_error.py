# misconception: 番兵が足りないときに、IndexError になる
# scores: corrupt-test=0
# %% grade_id="corrupt"
def corrupt(ids, noise, sentinels, end):
    source, target, used = [], [], 0
    for place, token in enumerate(ids):
        begins = noise[place] and (place == 0 or not noise[place - 1])
        if begins:
            pass
            source.append(sentinels[used])
            target.append(sentinels[used])
            used += 1
        (target if noise[place] else source).append(token)
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
