# approach: 先に隣り合う組とラベルを全部並べ、後で文 B を入れかえる
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    places = [(number, i) for number, document in enumerate(documents) for i in range(len(document) - 1)]
    labels = rng.choices((0, 1), k=len(places))
    pairs = []
    for (number, i), label in zip(places, labels, strict=True):
        second = documents[number][i + 1]
        if label:
            rest = [*range(number), *range(number + 1, len(documents))]
            second = rng.choice(documents[rng.choice(rest)])
        pairs.append((documents[number][i], second, label))
    return pairs
