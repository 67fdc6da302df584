# misconception: 名前を 0 からの連番とみなして数える
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = np.bincount(person)
    if k > (counts > 0).sum():
        raise ValueError(k)
    load, home = [0] * k, {}
    for name in np.argsort(-counts, kind="stable"):
        home[int(name)] = load.index(min(load))
        load[home[int(name)]] += counts[name]
    return [home[name] for name in person]
