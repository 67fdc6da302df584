# misconception: 続いて並ぶ窓だけを同じ人とみなす
# scores: person-folds-test=0
# %% grade_id="person-folds"
from itertools import groupby


def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(set(person)):
        raise ValueError(k)
    load, answer = [0] * k, []
    for _, run in groupby(person):
        size = len(list(run))
        fold = load.index(min(load))
        load[fold] += size
        answer += [fold] * size
    return answer
