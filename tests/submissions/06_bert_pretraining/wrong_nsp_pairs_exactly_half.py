# misconception: ちょうど半分になるように、ラベルを並べかえる
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    count = 0
    for document in documents:
        count += len(document) - 1
    labels = [0] * (count - count // 2) + [1] * (count // 2)
    rng.shuffle(labels)
    pairs = []
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if labels[len(pairs)] == 0:
                second, label = document[i + 1], 0
            else:
                second, label = rng.choice(rng.choice(others)), 1
            pairs.append((document[i], second, label))
    return pairs
