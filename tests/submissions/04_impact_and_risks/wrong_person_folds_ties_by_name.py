# misconception: 窓の数が等しい人を、名前の順に入れる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        home[name] = load.index(min(load))
        load[home[name]] += counts[name]
    return [home[name] for name in person]
