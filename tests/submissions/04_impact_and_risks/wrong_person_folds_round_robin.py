# misconception: 人を 1 人ずつ順に組へ配る（窓の合計を見ない）
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    home = {name: place % k for place, (name, _) in enumerate(counts.most_common())}
    return [home[name] for name in person]
