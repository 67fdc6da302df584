# misconception: ほかの文書のリストを、呼び出しの間で使い回す
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
others_of = {}


def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        key = id(documents), number
        if key not in others_of:
            others_of[key] = [d for i, d in enumerate(documents) if i != number]
        for a, b in zip(document, document[1:]):
            pairs.append((a, b, 0) if rng.random() < 0.5 else (a, rng.choice(rng.choice(others_of[key])), 1))
    return pairs
