# misconception: 人ごとの組の辞書を返す
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return home
