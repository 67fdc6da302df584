# misconception: 1 つの乱数で、文書と文の両方を決める
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = documents[:number] + documents[number + 1 :]
        for a, b in zip(document, document[1:]):
            if rng.random() < 0.5:
                pairs.append((a, b, 0))
            else:
                r = rng.random()
                other = others[int(r * len(others))]
                pairs.append((a, other[int(r * len(other))], 1))
    return pairs
