# misconception: 平均の大きさになるまで、前の組から順に詰める
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    home, fold, total = {}, 0, 0
    for name, size in counts.most_common():
        home[name] = fold
        total += size
        if total >= len(person) / k and fold < k - 1:
            fold, total = fold + 1, 0
    return [home[name] for name in person]
