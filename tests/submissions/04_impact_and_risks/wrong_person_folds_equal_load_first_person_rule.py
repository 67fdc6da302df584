# misconception: 合計でなく、組の中でいちばん大きい人を比べる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    largest, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = largest.index(min(largest))
        largest[home[name]] = max(size, largest[home[name]])
    return [home[name] for name in person]
