# misconception: 窓を前から k 個のかたまりに切る
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(set(person)):
        raise ValueError(k)
    return [place * k // len(person) for place in range(len(person))]
