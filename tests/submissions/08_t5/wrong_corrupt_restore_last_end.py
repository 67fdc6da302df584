# misconception: 最後の end までを読む
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
    if end in target:
        target = target[: len(target) - 1 - target[::-1].index(end)]
    spans, mark = {}, None
    for token in target:
        if token in sentinels:
            mark, spans[token] = token, []
        elif mark is not None and token != end:
            spans[mark].append(token)
    return [one for token in source[:-1] for one in (spans.get(token, []) if token in sentinels else [token])]
