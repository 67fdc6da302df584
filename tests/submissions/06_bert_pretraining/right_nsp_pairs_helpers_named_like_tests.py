# approach: 補助の関数に、separate、compare、numbered などの名前を付ける
# %% grade_id="nsp-pairs"
def numbered(documents):
    return [*enumerate(documents)]


def separate(documents, number):
    return [other for place, other in numbered(documents) if place != number]


def compare(rng):
    return rng.getrandbits(1)


def pairs(document):
    return [*zip(document[:-1], document[1:])]


def make_nsp_pairs(documents, rng):
    made = []
    for number, document in numbered(documents):
        for first, second in pairs(document):
            label = compare(rng)
            if label:
                second = rng.choice(rng.choice(separate(documents, number)))
            made.append((first, second, label))
    return made
