# misconception: 組の辞書をグローバル変数に残し、前の表の人が混ざる
# scores: person-folds-test=0
# %% grade_id="person-folds"
home = {}
load = Counter()


def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    for name, size in counts.most_common():
        if name not in home:
            home[name] = min(range(k), key=lambda fold: load[fold])
            load[home[name]] += size
    return [home[name] % k for name in person]
