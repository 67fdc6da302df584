# misconception: numpy の添字に空のリストを渡してエラーになる
# scores: person-folds-test=0
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    names = np.array(person)
    return np.intersect1d(names[np.array(train)], names[np.array(test)]).tolist()


def person_folds(person, k):
    counts = Counter(person)
    if k > len(counts):
        raise ValueError(k)
    load, home = [0] * k, {}
    for name, size in counts.most_common():
        home[name] = load.index(min(load))
        load[home[name]] += size
    return [home[name] for name in person]
