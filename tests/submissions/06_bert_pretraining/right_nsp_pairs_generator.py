# approach: yield する関数と itertools.pairwise を使う
# %% grade_id="nsp-pairs"
from itertools import pairwise


def make_nsp_pairs(documents, rng):
    def walk():
        for number, document in enumerate(documents):
            for first, following in pairwise(document):
                label = int(rng.random() * 2)
                yield first, (following, elsewhere(number))[label], label

    def elsewhere(number):
        other = (number + rng.randrange(1, len(documents))) % len(documents)
        return documents[other][int(rng.random() * len(documents[other]))]

    return list(walk())
