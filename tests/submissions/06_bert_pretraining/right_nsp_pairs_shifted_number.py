# approach: 自分より後ろの文書の番号を 1 つずらす
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for own, document in enumerate(documents):
        for first, following in zip(document[:-1], document[1:], strict=True):
            if rng.getrandbits(1):
                number = rng.randrange(len(documents) - 1)
                other = documents[number + (number >= own)]
                pairs.append((first, other[rng.randrange(len(other))], 1))
            else:
                pairs.append((first, following, 0))
    return pairs
