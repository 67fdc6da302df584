# misconception: 窓ごとでなく、人ごとに 1 つの番号を返す
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, answer = [0] * k, []
    for _, size in counts.most_common():
        answer.append(load.index(min(load)))
        load[answer[-1]] += size
    return answer
