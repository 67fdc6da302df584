# misconception: 0 と空の文字列の人を、組 0 に入れる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(name for name in person if name)
    if k > len({*person}):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home.get(name, 0) for name in person]
