# misconception: 窓の数でなく、人の数の少ない組に入れる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    members, home = [0] * k, {}
    for name, _ in counts.most_common():
        home[name] = members.index(min(members))
        members[home[name]] += 1
    return [home[name] for name in person]
