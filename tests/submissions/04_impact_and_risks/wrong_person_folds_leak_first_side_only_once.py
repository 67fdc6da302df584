# misconception: 学習用に 2 つ以上の窓がある人だけを返す
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    trained = Counter(person[i] for i in train)
    return sorted({person[i] for i in test if trained[person[i]] > 1})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
