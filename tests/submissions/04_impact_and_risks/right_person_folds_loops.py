# approach: 空のリストに、場所を覚えながら入れていく
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    result = []
    for one in train:
        for other in test:
            if person[one] == person[other] and person[one] not in result:
                result.append(person[one])
    result.sort()
    return result


def person_folds(person, k):
    order = []
    for name in person:
        if name not in order:
            order.append(name)
    if k > len(order):
        raise ValueError("人が足りません。")
    order.sort(key=lambda name: -person.count(name))
    folds = [[] for _ in range(k)]
    for name in order:
        best = folds[0]
        for fold in folds:
            if len(fold) < len(best):
                best = fold
        best.extend(place for place in range(len(person)) if person[place] == name)
    answer = [None] * len(person)
    for number, fold in enumerate(folds):
        for place in fold:
            answer[place] = number
    return answer
