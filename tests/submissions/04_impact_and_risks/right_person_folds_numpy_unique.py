# approach: numpy.unique で窓の数と最初の位置を求める
# %% grade_id="person-folds"
def leaking_people(person, train, test):
    names = np.array(person)
    return np.intersect1d(names[np.array(train, int)], names[np.array(test, int)]).tolist()


def person_folds(person, k):
    names, first, code, size = np.unique(
        np.array(person), return_index=True, return_inverse=True, return_counts=True
    )
    if len(names) < k:
        raise ValueError("組が多すぎます。")
    load = np.zeros(k, int)
    home = np.zeros(len(names), int)
    for one in np.lexsort((first, -size)):
        home[one] = load.argmin()
        load[home[one]] += size[one]
    return home[code].tolist()
