# misconception: 番兵の順番が同じだとみなして戻す
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
    spans = []
    for token in target:
        if token == end:
            break
        if token in sentinels:
            spans.append([])
        elif spans:
            spans[-1].append(token)
    found, number = [], 0
    for token in source:
        if token in sentinels:
            found += spans[number] if number < len(spans) else []
            number += 1
        elif token != end:
            found.append(token)
    return found
