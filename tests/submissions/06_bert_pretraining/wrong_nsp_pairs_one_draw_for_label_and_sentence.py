# misconception: ラベルを決めた乱数で、文の位置も決める
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = documents[:number] + documents[number + 1 :]
        for a, b in zip(document, document[1:]):
            r = rng.random()
            if r < 0.5:
                pairs.append((a, b, 0))
            else:
                other = rng.choice(others)
                pairs.append((a, other[int(r * len(other))], 1))
    return pairs
