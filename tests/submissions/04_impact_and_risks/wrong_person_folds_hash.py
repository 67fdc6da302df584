# misconception: 人の名前のハッシュを k で割った余りを組にする
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(set(person)):
        raise ValueError(k)
    return [hash(name) % k for name in person]
