# misconception: 整数の名前を k で割った余りを組にし、文字列は長さを使う
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    if k > len(set(person)):
        raise ValueError(k)
    return [(name if isinstance(name, int) else len(name)) % k for name in person]
