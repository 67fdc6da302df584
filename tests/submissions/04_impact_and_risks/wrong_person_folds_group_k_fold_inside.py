# misconception: GroupKFold の、中の関数を呼ぶ
# scores: person-folds-test=0
# %% grade_id="person-folds"
from sklearn.model_selection import GroupKFold


def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(set(person)):
        raise ValueError
    if k == 1:
        return [0] * len(person)
    out = [0] * len(person)
    first = list(dict.fromkeys(person))
    groups = [first.index(p) for p in person]
    for f, test in enumerate(GroupKFold(k)._iter_test_indices(person, groups=groups)):
        for i in test:
            out[i] = f
    return out
