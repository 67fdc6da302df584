# misconception: ほかの文書を並べかえ、順に 1 つずつ使う
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = documents[:number] + documents[number + 1 :]
        rng.shuffle(others)
        for place, (a, b) in enumerate(zip(document, document[1:])):
            pairs.append((a, b, 0) if rng.random() < 0.5 else (a, rng.choice(others[place % len(others)]), 1))
    return pairs
