# misconception: 自分の文書を is で見分け、同じリストが 2 度あると両方を除く
# scores: nsp-pairs-test=0
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        others = [d for d in documents if d is not document]
        for a, b in zip(document, document[1:]):
            if rng.random() < 0.5:
                pairs.append((a, b, 0))
            else:
                pairs.append((a, rng.choice(rng.choice(others)), 1))
    return pairs
