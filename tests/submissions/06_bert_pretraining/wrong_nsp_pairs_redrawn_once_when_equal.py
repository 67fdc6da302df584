# misconception: 文 A と同じ文字列を引いたら、1 度だけ引き直す
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
                second = rng.choice(rng.choice(others))
                if second == a:
                    second = rng.choice(rng.choice(others))
                pairs.append((a, second, 1))
    return pairs
