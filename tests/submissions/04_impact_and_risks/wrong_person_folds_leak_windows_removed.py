# misconception: test から窓を取り除きながら調べる（渡されたリストを書きかえる）
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    trained, found = {person[i] for i in train}, set()
    while test:
        name = person[test.pop()]
        if name in trained:
            found.add(name)
    return sorted(found)


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
