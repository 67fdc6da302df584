# misconception: target の最後は、いつも end だとみなす
# scores: corrupt-test=0
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


def restore(source, target, sentinels, end):
    spans, mark = {}, None
    for token in target[:-1]:
        if token == end:
            break
        if token in sentinels:
            mark, spans[token] = token, []
        elif mark is not None:
            spans[mark].append(token)
    return [one for token in source[:-1] for one in (spans.get(token, []) if token in sentinels else [token])]
