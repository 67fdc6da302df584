# misconception: scikit-learn の GroupKFold を呼ぶ
# scores: person-folds-test=0
# %% grade_id="person-folds"
from sklearn.model_selection import GroupKFold


def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    answer = [0] * len(person)
    for number, (_, test) in enumerate(GroupKFold(k).split(person, groups=person)):
        for place in test:
            answer[place] = number
    return answer
