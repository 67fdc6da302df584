# misconception: 組ごとの窓の番号のリストを返す
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    folds = [[] for _ in range(k)]
    for name, _ in counts.most_common():
        min(folds, key=len).extend(i for i, other in enumerate(person) if other == name)
    return folds
