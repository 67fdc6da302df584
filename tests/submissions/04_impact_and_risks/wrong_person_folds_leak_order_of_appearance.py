# misconception: 現れた順に並べる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    tested = {person[i] for i in test}
    return list(dict.fromkeys(person[i] for i in train if person[i] in tested))


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
