# misconception: 大きい順に、行って戻って配る
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    turn = list(range(k)) + list(range(k))[::-1]
    home = {name: turn[place % (2 * k)] for place, (name, _) in enumerate(counts.most_common())}
    return [home[name] for name in person]
