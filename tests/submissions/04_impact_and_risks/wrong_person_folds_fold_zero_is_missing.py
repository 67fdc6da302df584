# misconception: 組の番号 0 を「まだ入っていない」とみなし、同じ人を何度も入れる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name in sorted(person, key=lambda name: -counts[name]):
        if not home.get(name):
            home[name] = load.index(min(load))
            load[home[name]] += counts[name]
    return [home[name] for name in person]
