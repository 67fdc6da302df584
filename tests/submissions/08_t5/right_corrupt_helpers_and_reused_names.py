# approach: 補助の関数と変数に、wanted、source、ids などの名前を使い回す
# %% grade_id="corrupt"
source, ids, wanted = [], [], {}


def begins(noise):
    return [hide and not before for before, hide in zip([False, *noise], noise)]


def corrupt(ids, noise, sentinels, end):
    starts = begins(noise)
    if sum(starts) > len(sentinels):
        raise ValueError(f"番兵を {sum(starts)} 個用意してください。")
    marks = iter(sentinels)
    parts = ([], [])
    for token, hide, start in zip(ids, noise, starts):
        if start:
            mark = next(marks)
            parts[0].append(mark)
            parts[1].append(mark)
        parts[hide].append(token)
    return parts[0] + [end], parts[1] + [end]


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
