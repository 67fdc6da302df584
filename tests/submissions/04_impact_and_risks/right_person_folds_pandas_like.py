# approach: 位置の辞書を作り、組の合計を組み直して数える
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    trained = {person[i] for i in train}
    return sorted({person[i] for i in test if person[i] in trained})


def person_folds(person, k):
    places = {}
    for place, name in enumerate(person):
        places.setdefault(name, []).append(place)
    groups = sorted(places.values(), key=lambda one: (-len(one), one[0]))
    if len(groups) < k:
        raise ValueError("k が大きすぎます。")
    answer = [-1] * len(person)
    for group in groups:
        totals = [answer.count(fold) for fold in range(k)]
        for place in group:
            answer[place] = totals.index(min(totals))
    return answer
