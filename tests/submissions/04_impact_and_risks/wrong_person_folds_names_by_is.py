# misconception: 名前を is で比べる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    out = []
    for i in train:
        for j in test:
            if person[i] is person[j] and not any(person[i] is q for q in out):
                out.append(person[i])
    return sorted(out)


def person_folds(person, k):
    names = []
    for p in person:
        if not any(p is q for q in names):
            names.append(p)
    if k > len(names):
        raise ValueError("k")
    count = [sum(p is q for p in person) for q in names]
    order = sorted(range(len(names)), key=lambda i: -count[i])
    load, home = [0] * k, {}
    for i in order:
        f = load.index(min(load))
        home[id(names[i])] = f
        load[f] += count[i]
    return [home[id(p)] for p in person]
