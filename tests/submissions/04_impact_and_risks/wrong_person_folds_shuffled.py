# misconception: 人をくじで配る
# scores: person-folds-test=0
# %% grade_id="person-folds"
import random


def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    names = list(dict.fromkeys(person))
    if k > len(names):
        raise ValueError(k)
    random.Random(0).shuffle(names)
    home = {name: place % k for place, name in enumerate(names)}
    return [home[name] for name in person]
