# misconception: 続かない文だけ、種 0 の自分の rng から引く
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    import random as r2

    own = r2.Random(0)
    pairs = []
    for number, document in enumerate(documents):
        others = [d for i, d in enumerate(documents) if i != number]
        for a, b in zip(document, document[1:]):
            if rng.random() < 0.5:
                pairs.append((a, b, 0))
            else:
                pairs.append((a, own.choice(own.choice(others)), 1))
    return pairs
