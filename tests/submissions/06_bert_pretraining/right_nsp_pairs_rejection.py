# approach: 自分と違う文書が出るまで引き直す
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for own, document in enumerate(documents):
        previous = None
        for position, sentence in enumerate(document):
            if position > 0:
                follows = rng.random() >= 0.5
                drawn = own
                while drawn == own:
                    drawn = rng.randint(0, len(documents) - 1)
                second = sentence if follows else documents[drawn][rng.randint(0, len(documents[drawn]) - 1)]
                pairs.append((previous, second, 0 if follows else 1))
            previous = sentence
    return pairs
