# approach: 文を引く draw という補助の関数を、外に書く
# %% grade_id="nsp-pairs"
def draw(documents, number, rng):
    other = rng.randrange(len(documents) - 1)
    return rng.choice(documents[other + (other >= number)])


def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        for place in range(len(document) - 1):
            label = rng.choices([0, 1])[0]
            pairs.append(
                (document[place], draw(documents, number, rng) if label else document[place + 1], label)
            )
    return pairs
