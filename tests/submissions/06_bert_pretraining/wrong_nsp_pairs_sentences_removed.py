# misconception: 使った文を、渡された文書から取り除く
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        document, kept = documents[number], list(documents[number])
        others = [other for place, other in enumerate(documents) if place != number]
        for i in range(len(kept) - 1):
            if rng.random() < 0.5:
                second, label = kept[i + 1], 0
            else:
                second, label = rng.choice(rng.choice(others)), 1
            pairs.append((kept[i], second, label))
        if len(document) > 1:
            document.pop()
    return pairs
