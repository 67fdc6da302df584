# misconception: 続かない組だけを作る
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if rng.random() < 0:
                second, label = document[i + 1], 0
            else:
                second, label = rng.choice(rng.choice(others)), 1
            pairs.append((document[i], second, label))
    return pairs
