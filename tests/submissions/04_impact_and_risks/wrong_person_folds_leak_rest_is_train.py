# misconception: test にない窓を、全部学習用とみなす
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    trained = {name for i, name in enumerate(person) if i not in test}
    return sorted(trained & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
