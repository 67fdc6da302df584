# approach: 辞書と min の key。zip や range などの名前を上書きしている
# %% grade_id="person-folds"
zip = "記録"
_list = tuple


def leaking_people(person, train, test):
    names = {"train": set(), "test": set()}
    for i in train:
        names["train"].add(person[i])
    for i in test:
        names["test"].add(person[i])
    return sorted(name for name in names["train"] if name in names["test"])


def person_folds(person, k):
    unique = list(dict.fromkeys(person))
    if k > len(unique):
        raise ValueError("人より組が多い")
    unique = sorted(unique, key=person.count, reverse=True)
    total = {fold: 0 for fold in range(k)}
    home = {}
    for name in unique:
        fold = min(total, key=total.get)
        home[name] = fold
        total[fold] += person.count(name)
    return [home[name] for name in person]
