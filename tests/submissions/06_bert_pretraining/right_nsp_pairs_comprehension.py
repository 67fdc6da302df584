# approach: 補助の関数と内包表記で作る
# %% grade_id="nsp-pairs"
def second_of(documents, number, i, rng):
    if rng.choice((True, False)):
        return documents[number][i + 1], 0
    others = [other for place, other in enumerate(documents) if place != number]
    return rng.choice(rng.sample(others, 1)[0]), 1


def make_nsp_pairs(documents, rng):
    return [
        (document[i], *second_of(documents, number, i, rng))
        for number, document in enumerate(documents)
        for i in range(len(document) - 1)
    ]
