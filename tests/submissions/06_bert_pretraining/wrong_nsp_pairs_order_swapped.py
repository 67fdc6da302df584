# misconception: 続かない組を、2 文の順を入れかえて作る（ALBERT の課題）
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(document) - 1):
            if rng.random() < 0.5:
                second, label = document[i + 1], 0
            else:
                second, label = rng.choice(rng.choice(others)), 1
            first = document[i + 1] if label else document[i]
            pairs.append((first, document[i] if label else second, label))
    return pairs
