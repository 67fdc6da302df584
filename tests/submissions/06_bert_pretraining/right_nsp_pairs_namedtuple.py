# approach: namedtuple で返す
# %% grade_id="nsp-pairs"
from collections import namedtuple

Pair = namedtuple("Pair", "first second label")


def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = documents[:number] + documents[number + 1 :]
        for a, b in zip(document, document[1:]):
            pairs.append(Pair(a, b, 0) if rng.random() < 0.5 else Pair(a, rng.choice(rng.choice(others)), 1))
    return pairs
