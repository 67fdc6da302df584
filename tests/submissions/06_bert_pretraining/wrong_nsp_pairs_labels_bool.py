# misconception: ラベルを True と False にする
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [d for i, d in enumerate(documents) if i != number]
        for a, b in zip(document, document[1:]):
            if rng.random() < 0.5:
                pairs.append((a, b, False))
            else:
                pairs.append((a, rng.choice(rng.choice(others)), True))
    return pairs
