# approach: NumPy の整数で数え、並べかえる
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    p = np.array(person, dtype=object)
    t, e = np.array(train, dtype=int), np.array(test, dtype=int)
    return sorted(set(p[t]) & set(p[e]))


def person_folds(person, k):
    names, first, inverse, counts = np.unique(
        person, return_index=True, return_inverse=True, return_counts=True
    )
    if k > len(names):
        raise ValueError
    load = np.zeros(k, dtype=int)
    home = np.zeros(len(names), dtype=int)
    for i in np.lexsort((first, -counts)):
        home[i] = load.argmin()
        load[home[i]] += counts[i]
    return list(home[inverse])
