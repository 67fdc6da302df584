# misconception: 人の数でなく窓の数と k を比べる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(person):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in Counter(person).most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
