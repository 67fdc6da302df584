# misconception: 続いて並ぶ表だけで正しい（前の窓と名前が違えば、新しい人とみなす）
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    return sorted({person[i] for i in train} & {person[i] for i in test})


def person_folds(person, k):
    sizes, order = {}, []
    for i, name in enumerate(person):
        if i == 0 or name != person[i - 1]:
            order.append(name)
            sizes[name] = 0
        sizes[name] += 1
    if k > len(sizes):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name in sorted(dict.fromkeys(order), key=lambda name: -sizes[name]):
        home[name] = load.index(min(load))
        load[home[name]] += sizes[name]
    return [home[name] for name in person]
