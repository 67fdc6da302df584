# misconception: 名前の大文字と小文字、前後の空白を区別しない
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    names = [name.strip().lower() if isinstance(name, str) else name for name in person]
    counts = Counter(names)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in names]
