# misconception: 合計が等しいとき、番号の大きい組に入れる
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
        home[name] = min(range(k), key=lambda fold: (load[fold], -fold))
        load[home[name]] += size
    return [home[name] for name in person]
