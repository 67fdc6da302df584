# approach: 組の番号が numpy の整数。名前 list を使っていない短い書き方
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train}.intersection(person[i] for i in test))


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = np.zeros(k), dict()
    for name, count in counts.most_common():
        home[name] = np.argmin(load)
        load[home[name]] += count
    return [home[name] for name in person]
