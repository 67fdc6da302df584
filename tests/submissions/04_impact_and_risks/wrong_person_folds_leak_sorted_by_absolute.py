# misconception: 整数の名前を、絶対値の順に並べる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted(
        {person[i] for i in train} & {person[i] for i in test},
        key=lambda p: p if isinstance(p, str) else abs(p),
    )


def person_folds(person, k):
    size = {}
    for p in person:
        size[p] = size.get(p, 0) + 1
    if k > len(size):
        raise ValueError("k")
    load, home = [0] * k, {}
    for p in sorted(size, key=size.get, reverse=True):
        f = load.index(min(load))
        home[p] = f
        load[f] += size[p]
    return [home[p] for p in person]
